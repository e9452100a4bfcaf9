import { afterEach, expect, test, vi } from 'vitest'
import { unreachable } from './unreachable.ts'

afterEach(() => vi.unstubAllGlobals())

test('names who did not answer to what', () => {
  const cause = new TypeError('Failed to fetch')
  expect(unreachable('POST', 'https://files.example/api/uploads/', cause)).toMatchObject({
    ...{ code: 'network', message: 'Cannot reach files.example: no answer to POST', cause },
  })
})

test('a page that was opened from a file is told to be served', () => {
  vi.stubGlobal('location', new URL('file:///home/me/index.html'))
  expect(unreachable('POST', 'https://files.example/api/uploads/').message).toBe(
    'Cannot reach files.example: no answer to POST (a page opened as a file: serve it over http)',
  )
})
