import { expect, test } from 'vitest'

import { ceiling, line, read, readingMs, smooth, type Pace } from './pace.ts'

test('a reading is bytes per second, and never below nothing', () => {
  expect(read([], 1000)).toEqual([(1000 * 1000) / readingMs])
  expect(read([], -1000)).toEqual([0])
})

test('only the last minute is kept', () => {
  let pace: Pace = []
  for (let index = 0; index < 500; index += 1) pace = read(pace, index)
  expect(smooth(pace)).toHaveLength(60_000 / readingMs)
})

test('bursts are evened out', () => {
  expect(smooth([8, 0, 0, 0, 8, 0, 0, 0]).slice(3)).toEqual([2, 2, 2, 2, 2])
})

test('the scale ends at a round number at or above the highest reading', () => {
  expect([ceiling([]), ceiling([84_000_000]), ceiling([100]), ceiling([101])]).toEqual([1, 100_000_000, 100, 150])
})

test('the newest reading is at the right, and nothing leaves the box', () => {
  const points = line([0, 50, 200], 100)
  expect(points.at(-1)).toEqual([1, 0])
  for (const [x, y] of points) expect(x >= 0 && x <= 1 && y >= 0 && y <= 1).toBe(true)
})
