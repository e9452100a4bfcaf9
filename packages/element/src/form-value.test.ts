import { expect, test } from 'vitest'
import { valueOf } from './form-value.ts'

test('a finished upload is known by the id in the answer, else by its address', () => {
  const url = 'https://a.test/1/'
  expect(valueOf({ url, answer: { id: 'abc' }, verified: true })).toBe('abc')
  expect(valueOf({ url, answer: { id: 7 }, verified: true })).toBe('7')
  expect(valueOf({ url, answer: { id: null }, verified: true })).toBe(url)
  expect(valueOf({ url, answer: 'text', verified: true })).toBe(url)
  expect(valueOf({ url: undefined, answer: undefined, verified: true })).toBe('')
})
