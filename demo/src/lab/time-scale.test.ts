import { expect, test } from 'vitest'

import { timeScale } from './time-scale.ts'

test('the first beginning is at 0, the last end at 1, and time between them is even', () => {
  const place = timeScale([
    { from: 2000, to: 2500 },
    { from: 1000, to: 3000 },
  ])
  expect([1000, 1500, 2000, 3000].map(place)).toEqual([0, 0.25, 0.5, 1])
})

test('what lies outside is at the nearest end', () => {
  const place = timeScale([{ from: 1000, to: 2000 }])
  expect([0, 9000].map(place)).toEqual([0, 1])
})

test('a long pause is cut short, and a short one is not', () => {
  const place = timeScale([
    { from: 0, to: 1000 },
    { from: 1200, to: 2200 },
    { from: 62_200, to: 63_700 },
  ])
  // 2200 of work and a short pause, 300 for the long one, 1500 of work.
  expect([1000, 2200, 62_200, 63_700].map((at) => place(at) * 4000)).toEqual([1000, 2200, 2500, 4000])
})

test('nothing, and what takes no time, can be drawn', () => {
  expect(timeScale([])(5)).toBe(1)
  expect(timeScale([{ from: 5, to: 5 }])(5)).toBe(0)
})
