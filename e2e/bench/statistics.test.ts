import { expect, test } from 'vitest'
import { median, ratio } from './statistics.ts'

test('the median is the middle one, whatever the order', () => {
  expect(median([10, 1, 9])).toBe(9)
})

test('the median of an even count is the mean of the two in the middle', () => {
  expect(median([4, 1, 100, 2])).toBe(3)
})

test('the median of nothing is not a number', () => {
  expect(median([])).toBeNaN()
})

test('a round that was slow for everybody does not change a ratio', () => {
  expect(ratio([150, 15, 300], [100, 10, 200])).toBeCloseTo(1.5)
})
