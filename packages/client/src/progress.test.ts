import { expect, test } from 'vitest'
import { measure, speedOf, timeLeftAt, type Meter } from './progress.ts'

const over = (...readings: [at: number, offset: number][]): Meter =>
  readings.reduce<Meter>((meter, [at, offset]) => measure(meter, at, offset), [])

test('speed is unknown until something was confirmed over some time', () => {
  expect(speedOf([])).toBeUndefined()
  expect(speedOf(over([0, 0]))).toBeUndefined()
  expect(speedOf(over([0, 0], [50, 100]))).toBeUndefined()
  expect(speedOf(over([0, 0], [5000, 0]))).toBeUndefined()
  expect(timeLeftAt(undefined, 5)).toBeUndefined()
})

test('it is bytes per second over the last 15 seconds, and over two readings at least', () => {
  expect(speedOf(over([0, 0], [1000, 100]))).toBe(100)
  expect(speedOf(over([0, 0], [1000, 1000], [16_500, 2000], [17_000, 3000]))).toBe(2000)
  expect(speedOf(over([0, 0], [60_000, 600]))).toBe(10)
  expect(timeLeftAt(10, 50)).toBe(5)
})

test('an offset or a clock that went back begins anew', () => {
  expect(over([0, 0], [1000, 100], [2000, 50])).toEqual([{ at: 2000, offset: 50 }])
  expect(over([5000, 0], [1000, 100])).toEqual([{ at: 1000, offset: 100 }])
})
