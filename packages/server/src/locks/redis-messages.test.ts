import { expect, test } from 'vitest'
import { readMessage } from './redis-messages.ts'

test('a message says what is wanted of whom, whatever its id looks like', () => {
  expect(readMessage('free 0 a')).toEqual({ what: 'free', id: 'a' })
  expect(readMessage('let-go 12 key  b\nfree 0 c')).toEqual({ what: 'let-go', id: 'key  b\nfree 0 c', before: 12 })
  expect(readMessage('settle 10000 ')).toEqual({ what: 'settle', id: '', busyMs: 10_000 })
})

test('what is no message is none', () => {
  for (const text of ['', 'free', 'free 0', 'free a b', 'let-go -1 a', 'other 0 a', 'let-go 1e3 a'])
    expect(readMessage(text)).toBeUndefined()
})
