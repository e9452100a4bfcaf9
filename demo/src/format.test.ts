import { expect, test } from 'vitest'

import { bytes, duration, percent, plural, speed } from './format.ts'

test('bytes have three figures and never reach a thousand of their unit', () => {
  expect([0, 1, 999, 1000, 1234, 999_499, 999_500, 314_572_800, 5_368_709_120].map(bytes)).toEqual([
    '0 B',
    '1 B',
    '999 B',
    '1 kB',
    '1.23 kB',
    '999 kB',
    '1 MB',
    '315 MB',
    '5.37 GB',
  ])
})

test('a number beyond all units is still said', () => {
  expect(bytes(Number.MAX_SAFE_INTEGER)).toBe('9.01 PB')
})

test('speed is per second', () => {
  expect(speed(84_200_000)).toBe('84.2 MB/s')
})

test('time left is as coarse as people say it', () => {
  expect([0.1, 12.4, 59.4, 59.6, 3540, 3600, 4800, 86_400, 200_000].map(duration)).toEqual([
    '1 s',
    '12 s',
    '59 s',
    '1 min',
    '59 min',
    '1 h',
    '1 h 20 min',
    '24 h',
    '2 days',
  ])
})

test('a hundred percent are only there when it is done', () => {
  expect([
    percent(0, 0, false),
    percent(999_999, 1_000_000, false),
    percent(10, 10, false),
    percent(0, 0, true),
  ]).toEqual([0, 99, 99, 100])
})

test('one upload, several uploads', () => {
  expect([plural(1, 'upload'), plural(2, 'upload')]).toEqual(['1 upload', '2 uploads'])
})
