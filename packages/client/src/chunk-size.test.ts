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
  expect(adapt(auto, 8 * MiB, 100).size).toBe(64 * MiB)
  expect(adapt(auto, 8 * MiB, 4_000).size).toBe(12 * MiB)
  expect(adapt(adapt(auto, 8 * MiB, 1), 32 * MiB, 1).size).toBe(64 * MiB)
  expect(adapt(auto, 8 * MiB, 8_000)).toBe(auto)
  expect(adapt(auto, 8 * MiB, 60_000).size).toBe(0.8 * MiB - ((0.8 * MiB) % 1024))
  expect(adapt(auto, 100, 1)).toBe(auto)
  const fixed = beginPace(MiB)
  expect(adapt(fixed, MiB, 1)).toBe(fixed)
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
    expect(adapt(pace, 4 * MiB, 1).size).toBe(5 * MiB)
    expect(shrink(beginPace(8 * MiB), 8 * MiB)).toEqual(beginPace(4 * MiB))
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

/** A way to a server, as far as chunks feel it. */
interface Link {
  readonly rttMs: number
  readonly mbitPerSecond: number
  /** All connections are cut after each so many milliseconds. */
  readonly cutEveryMs?: number
  /** What came of a chunk that was cut is kept, but for so many bytes that were still under way; without, all of it is lost. */
  readonly underWay?: number
  /** Something in between refuses what is larger. */
  readonly mostBytes?: number
}

/** Sends a file over it, as `work.ts` does: asks after each cut, and learns from each answer. */
function send(link: Link, size: number, pace = auto) {
  const { rttMs, mbitPerSecond, cutEveryMs = Infinity, underWay, mostBytes = Infinity } = link
  const bytesPerMs = (mbitPerSecond * 1e6) / 8 / 1000
  const done = { ms: 0, requests: 0, refused: 0, cuts: 0, again: 0, largest: 0, longestMs: 0 }
  let lost: { readonly offset: number; readonly length: number } | undefined
  for (let offset = 0; offset < size;) {
    if (lost?.offset === offset) pace = shrink(pace, lost.length)
    lost = undefined
    const length = nextChunk(pace, {}, offset, size)
    const needsMs = rttMs + length / bytesPerMs
    const leftMs = cutEveryMs - (done.ms % cutEveryMs)
    done.requests += 1
    if (length > mostBytes) {
      pace = halve(pace, length) ?? pace
      done.refused += 1
      done.ms += rttMs
    } else if (needsMs > leftMs) {
      const sent = Math.min(length, Math.max(0, leftMs - rttMs / 2) * bytesPerMs)
      const kept = underWay === undefined ? 0 : Math.max(0, Math.floor(sent - underWay))
      lost = { offset, length }
      done.cuts += 1
      done.again += sent - kept
      offset += kept
      done.ms += leftMs + rttMs
    } else {
      pace = adapt(pace, length, needsMs)
      offset += length
      done.ms += needsMs
      done.largest = Math.max(done.largest, length)
      done.longestMs = Math.max(done.longestMs, needsMs)
    }
    if (done.requests > 10_000) throw new Error(`Got no further than ${offset} of ${size} bytes`)
  }
  return { ...done, share: size / bytesPerMs / done.ms }
}

describe('on links', () => {
  test.each([
    [20, 10, 0.98],
    [100, 10, 0.97],
    [300, 10, 0.93],
    [20, 100, 0.98],
    [100, 100, 0.96],
    [300, 100, 0.9],
  ])(
    'of %i ms and %i Mbit/s an upload of 16 s gets a share of %f of the rate, more than with chunks of 8 MiB',
    (rttMs, mbitPerSecond, least) => {
      const link = { rttMs, mbitPerSecond }
      const size = mbitPerSecond * 2e6
      const { share, longestMs } = send(link, size)
      expect(share).toBeGreaterThan(least)
      expect(share).toBeGreaterThanOrEqual(send(link, size, beginPace(8 * MiB)).share)
      expect(longestMs).toBeLessThan(15_000)
    },
  )

  test('a slow one comes to chunks of six seconds (F06, F24)', () => {
    const { requests, longestMs } = send({ rttMs: 100, mbitPerSecond: 0.4 }, 40 * MiB)
    // But for the first, which nobody could know to be too large.
    expect(longestMs).toBeGreaterThan(15_000)
    expect(requests).toBeGreaterThan(100)
  })

  test('that are cut again and again, a server that keeps what came is sent little twice', () => {
    const size = 400e6
    const link = { rttMs: 100, mbitPerSecond: 10, cutEveryMs: 20_000, underWay: 128 * 1024 }
    const { again, cuts, share } = send(link, size)
    expect(cuts).toBeGreaterThan(10)
    expect(again / size).toBeLessThan(0.01)
    expect(share).toBeGreaterThan(0.9)
  })

  test.each([20_000, 10_000, 5_000, 2_000])(
    'cut every %i ms, a server that loses the whole chunk gets the file all the same',
    (cutEveryMs) => {
      const { again, cuts, largest, share } = send({ rttMs: 100, mbitPerSecond: 10, cutEveryMs }, 100e6)
      expect(again / cuts).toBeLessThan(largest / 2)
      expect(share).toBeGreaterThan(0.5)
    },
  )

  test('with a limit in between, it is found in as many steps as it takes to halve', () => {
    const { refused, largest } = send({ rttMs: 20, mbitPerSecond: 100, mostBytes: MiB }, 100 * MiB)
    expect(refused).toBe(3)
    expect(largest).toBe(MiB)
  })
})
