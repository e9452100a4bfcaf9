import fc from 'fast-check'
import { expect, test } from 'vitest'
import { partSize } from './s3-part-size.ts'

const GiB = 1024 ** 3

test('parts are small for small files', () => {
  expect(partSize(undefined, 0)).toBe(8 * 1024 ** 2)
  expect(partSize(20 * GiB, 0)).toBe(9 * 1024 ** 2)
})

test('a file of up to 5 TiB, its size told or not, needs at most 5 000 parts', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 * 1024 }), fc.boolean(), (gibibytes, isTold) => {
      const size = gibibytes * GiB
      let parts = 0
      for (let offset = 0; offset < size; parts += 1) offset += partSize(isTold ? size : undefined, offset)
      expect(parts).toBeLessThanOrEqual(5_000)
    }),
    { numRuns: 30 },
  )
})
