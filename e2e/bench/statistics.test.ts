import { expect, test } from 'vitest'
import { median, quantile, ratio } from './statistics.ts'

test('the median is the middle one, whatever the order', () => {
  expect(median([10, 1, 9])).toBe(9)
})

test('the median of an even count is the mean of the two in the middle', () => {
  expect(median([4, 1, 100, 2])).toBe(3)
})

test('the median of nothing is not a number', () => {
  expect(median([])).toBeNaN()
})

test.each([
  [0.5, 50],
  [0.99, 99],
  [1, 100],
  [0, 1],
])('so much of a hundred numbers is not above the quantile %d', (share, expected) => {
  expect(
    quantile(
      Array.from({ length: 100 }, (_, index) => 100 - index),
      share,
    ),
  ).toBe(expected)
})

test('the quantile of nothing is not a number', () => {
  expect(quantile([], 0.5)).toBeNaN()
})

test('a round that was slow for everybody does not change a ratio', () => {
  expect(ratio([150, 15, 300], [100, 10, 200])).toBeCloseTo(1.5)
})
