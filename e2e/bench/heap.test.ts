import { expect, test } from 'vitest'
import { mostInPart } from './heap.ts'

const curve = [0, 10, 20, 30, 40].map((ms, index) => ({ ms, page: [-1, 5, 3, 6, 9][index] ?? 0, worker: undefined }))

test('each part of the time has its own most, the last one the end as well', () => {
  expect([0, 1].map((part) => mostInPart(curve, part, 2))).toEqual([5, 9])
})

test('memory that only shrank has not grown', () => {
  expect(mostInPart(curve, 0, 4)).toBe(0)
})

test('where nobody looked nothing is known', () => {
  expect(mostInPart([], 0, 4)).toBeUndefined()
})
