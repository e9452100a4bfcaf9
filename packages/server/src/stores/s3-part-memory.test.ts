import { expect, test } from 'vitest'
import { markExclusive, markPiece } from '../pieces.ts'
import { gather, giveBack } from './s3-part-memory.ts'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

test('a part has the first bytes, and what is left comes next', () => {
  const { bytes: part, left } = gather([bytes(1, 2), bytes(3, 4, 5), bytes(6)], 4)
  expect([...part]).toEqual([1, 2, 3, 4])
  expect(left.map((piece) => [...piece])).toEqual([[5], [6]])
})

test('memory is used again once it was given back, and not before', () => {
  const first = gather([bytes(1, 2, 3)], 3).bytes
  const second = gather([bytes(4, 5, 6)], 3).bytes
  expect([...first]).toEqual([1, 2, 3])
  giveBack(first)
  expect(gather([bytes(7, 8, 9)], 3).bytes === first).toBe(true)
  expect([...second]).toEqual([4, 5, 6])
})

test('so much is kept at most, and of what was given back last', () => {
  const parts = Array.from({ length: 9 }, () => new Uint8Array(8 * 1024 ** 2))
  for (const part of parts) giveBack(part)
  const again = Array.from({ length: 9 }, () => gather([], 8 * 1024 ** 2).bytes)
  // By identity: comparing so many bytes takes minutes.
  expect(parts.map((part) => again.includes(part))).toEqual(parts.map((_, index) => index > 0))
})

test('a piece that was copied is freed where it is nobody else’s, and only when all of it was copied', () => {
  const body = new ReadableStream<Uint8Array>()
  markExclusive(body)
  const pieces = [1, 2].map(() => new Uint8Array(64 * 1024))
  for (const piece of pieces) markPiece(body, piece)
  const [first, second] = pieces
  const other = new Uint8Array(64 * 1024)
  gather([...pieces, other], 96 * 1024)
  expect([first?.length, second?.length, other.length]).toEqual([0, 64 * 1024, 64 * 1024])
})
