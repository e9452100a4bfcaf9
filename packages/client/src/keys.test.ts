import { expect, test, vi } from 'vitest'
import { createKeys } from './keys.ts'

test('no key comes twice, of one source or of two', () => {
  const [one, other] = [createKeys(), createKeys()]
  const keys = Array.from({ length: 100 }, () => [one(), other()]).flat()
  expect(new Set(keys).size).toBe(200)
  for (const key of keys) expect(key).toMatch(/^[\da-f]{32}\.\d+$/)
})

test('nothing is drawn before the first key, and once for all', () => {
  const draw = vi.spyOn(crypto, 'getRandomValues')
  const next = createKeys()
  expect(draw).not.toHaveBeenCalled()
  next()
  next()
  expect(draw).toHaveBeenCalledTimes(1)
  draw.mockRestore()
})
