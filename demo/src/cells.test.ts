import { expect, test } from 'vitest'

import { cellsOf, filled } from './cells.ts'

test('squares stand for round sizes', () => {
  expect([cellsOf(3_120_000_000, 270), cellsOf(314_572_800, 270), cellsOf(1, 270), cellsOf(0, 270)]).toEqual([
    { count: 260, size: 12_000_000 },
    { count: 263, size: 1_200_000 },
    { count: 1, size: 1 },
    { count: 1, size: 1 },
  ])
})

test('squares cover the whole file and are never too many', () => {
  for (let size = 1; size < 5e12; size = Math.ceil(size * 1.37)) {
    for (const most of [6, 150, 270, 600]) {
      const cells = cellsOf(size, most)
      expect(cells.count).toBeLessThanOrEqual(most)
      expect(cells.count * cells.size).toBeGreaterThanOrEqual(size)
      expect((cells.count - 1) * cells.size).toBeLessThan(size)
    }
  }
})

test('a square fills as the position passes through it, the last one by its own length', () => {
  expect([
    filled(0, 100, 250, 50),
    filled(1, 100, 250, 50),
    filled(2, 100, 250, 225),
    filled(2, 100, 250, 250),
  ]).toEqual([0.5, 0, 0.5, 1])
})
