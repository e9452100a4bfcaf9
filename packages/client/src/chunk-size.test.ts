import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { adapt, beginPace, chunkFloor, halve, nextChunk, shrink, tighten } from './chunk-size.ts'

const MiB = 1024 * 1024
const auto = beginPace('auto')

test('begins at 8 MiB, or at what the caller fixed', () => {
  expect(nextChunk(auto, {}, 0, 100 * MiB)).toBe(8 * MiB)
  expect(nextChunk(beginPace(100_000), {}, 0, 100 * MiB)).toBe(100_000)
})

test('grows on a good link, shrinks on a slow one, and a number from the caller stays', () => {
  expect(adapt(auto, 8 * MiB, 100).size).toBe(16 * MiB)
  expect(adapt(adapt(adapt(auto, 8 * MiB, 1), 16 * MiB, 1), 32 * MiB, 1).size).toBe(32 * MiB)
  expect(adapt(auto, 8 * MiB, 5_000)).toBe(auto)
  expect(adapt(auto, 8 * MiB, 60_000).size).toBe(MiB)
  expect(adapt(auto, 100, 1)).toBe(auto)
  const fixed = beginPace(MiB)
  expect(adapt(fixed, MiB, 1)).toBe(fixed)
})

test('a slow link comes to chunks of under 15 s (F06, F24)', () => {
  let pace = auto
  const bytesPerMs = 50
  for (let chunk = 0; chunk < 10; chunk++) pace = adapt(pace, pace.size, pace.size / bytesPerMs)
  expect(pace.size / bytesPerMs).toBeLessThanOrEqual(15_000)
  expect(pace.size / bytesPerMs).toBeGreaterThanOrEqual(5_000)
})

describe('a refusal for the size (F15)', () => {
  test('halves down to the floor, and what was learnt stays', () => {
    let pace = auto
    let bytes = nextChunk(pace, {}, 0, 100 * MiB)
    const tried = [bytes]
    for (let smaller = halve(pace, bytes); smaller; smaller = halve(pace, bytes)) {
      pace = smaller
      bytes = nextChunk(pace, {}, 0, 100 * MiB)
      tried.push(bytes)
    }
    expect(tried).toEqual([8, 4, 2, 1, 0.5, 0.25, 0.125, 0.0625].map((size) => size * MiB))
    expect(bytes).toBe(chunkFloor)
    expect(adapt(halve(auto, 8 * MiB) ?? auto, 4 * MiB, 1).size).toBe(4 * MiB)
  })

  test('a cut does not: the link may get better', () => {
    const pace = shrink(auto, 8 * MiB)
    expect(pace.size).toBe(4 * MiB)
    expect(adapt(pace, 4 * MiB, 1).size).toBe(8 * MiB)
  })
})

test('rules of a host are kept, the last chunk excepted', () => {
  const cloudflare = { min: 5 * MiB, max: 200 * MiB, multipleOf: 256 * 1024 }
  expect(nextChunk(beginPace(MiB), cloudflare, 0, 100 * MiB)).toBe(5 * MiB)
  expect(nextChunk(beginPace(10_000_000), cloudflare, 0, 100 * MiB) % cloudflare.multipleOf).toBe(0)
  expect(nextChunk(auto, { exact: 6 * MiB }, 0, 100 * MiB)).toBe(6 * MiB)
  expect(nextChunk(auto, { exact: 6 * MiB }, 99 * MiB, 100 * MiB)).toBe(MiB)
})

test('a chunk is never empty, never beyond the file and never over the maximum (F45)', () => {
  const rules = fc.record({ min: fc.integer({ min: 1, max: 1e6 }), multipleOf: fc.integer({ min: 1, max: 1e6 }) })
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e7 }),
      fc.nat(1e7),
      fc.integer({ min: 1, max: 1e7 }),
      rules,
      (size, offset, limit, given) => {
        fc.pre(offset < size)
        const max = Math.max(limit, given.min, given.multipleOf)
        const length = nextChunk(auto, { ...given, max }, offset, size)
        expect(length).toBeGreaterThan(0)
        expect(offset + length).toBeLessThanOrEqual(size)
        expect(length).toBeLessThanOrEqual(max)
        if (offset + length < size) expect(length % given.multipleOf).toBe(0)
      },
    ),
  )
})

test('of two rules the tighter one holds', () => {
  expect(tighten({ max: 10, min: 2 }, { max: 5 })).toMatchObject({ max: 5, min: 2 })
  expect(tighten({ max: 10 }, undefined)).toEqual({ max: 10 })
})
