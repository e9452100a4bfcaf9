import { expect, test } from 'vitest'
import { next } from './queue.ts'

test('first come, first served, and no more than there are slots', () => {
  expect(next(['a', 'b', 'c'], 1, 3)).toEqual(['a', 'b'])
  expect(next(['a'], 0, 3)).toEqual(['a'])
  expect(next(['a'], 3, 3)).toEqual([])
})

test('no further than to the last who goes is looked', () => {
  function* line() {
    yield* ['a', 'b']
    throw new Error('looked too far')
  }
  expect(next(line(), 2, 3)).toEqual(['a'])
})
