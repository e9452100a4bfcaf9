import { expect, test } from 'vitest'
import { bytesBelow, confirmedBy } from './resent.ts'
import type { Exchange } from './server/messages.ts'

const chunk = (start: number, end: number, offset = end, status = 200): Exchange => ({
  ...{ method: 'PUT', path: '/uploads/1/', chunk: { start, end }, status, offset, began: 0, ended: 1 },
})
const status = (offset: number): Exchange => ({ ...chunk(0, 0, offset), method: 'GET', chunk: undefined })

test('confirmed is the highest offset that a chunk was answered with', () => {
  expect(confirmedBy([chunk(0, 4), chunk(4, 8), chunk(8, 12, 4, 400), status(99)])).toBe(8)
})

test('without an answer nothing is confirmed', () => {
  expect(confirmedBy([])).toBe(0)
})

test('only what lies below the offset was sent again', () => {
  expect(bytesBelow(10, [status(10), chunk(8, 16), chunk(0, 4), chunk(16, 20)])).toBe(6)
})

test('going on from the offset sends nothing again', () => {
  expect(bytesBelow(8, [chunk(8, 16), chunk(16, 20)])).toBe(0)
})
