import { expect, test } from 'vitest'
import { figuresOf, percent } from './figures.ts'

test('figures are those of the language', () => {
  const { bytes, speed, duration, percent } = figuresOf('en')
  expect([0, 999, 1000, 999_900, 84_200_000, 5e15].map(bytes)).toEqual([
    '0 bytes',
    '999 bytes',
    '1 kB',
    '1 MB',
    '84.2 MB',
    '5 PB',
  ])
  expect(speed(84_200_000)).toBe('84.2 MB/s')
  expect([0.2, 59, 60, 3500, 5400, 200_000].map(duration)).toEqual([
    '1 sec',
    '59 sec',
    '1 min',
    '58 min',
    '1.5 hr',
    '2 days',
  ])
  expect(percent(7)).toBe('7%')
  expect(figuresOf('de').bytes(84_200_000)).toBe('84,2 MB')
})

test('a hundred per cent are promised only when all is done', () => {
  expect(percent(999, 1000, false)).toBe(99)
  expect(percent(1000, 1000, false)).toBe(99)
  expect(percent(0, 0, false)).toBe(0)
  expect(percent(0, 0, true)).toBe(100)
})
