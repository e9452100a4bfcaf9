import type { ChunkRules } from './types.ts'

/** How large chunks are at present, for all uploads to one origin. Bytes. */
export interface Pace {
  /** What the next chunk aims at. */
  readonly size: number
  /** The largest that may get through, learnt from refusals. */
  readonly limit: number
  /** How many times as large the next chunk may be; 0 where the caller has fixed it. */
  readonly growth: number
}

const KiB = 1024
const MiB = 1024 * KiB

/** No chunk is made smaller than this, or the round trips would be all there is. */
export const chunkFloor: number = 64 * KiB

/** A larger one would make resuming coarse, gains nothing any more, and is refused by hosts that take 100 MB at most. */
const ceiling = 64 * MiB

/** What a chunk should take: then a round trip of 300 ms is 5 % of it. */
const aimMs = 6_000
/** One that takes longer loses too much when it is cut. */
const slowMs = 15_000

/** How far a single measurement is believed, and how far once larger chunks were cut. */
const bold = 8
const wary = 1.25

/** The pace before anything is known: 8 MiB, or what the caller fixed, and never more than `limit`. */
export const beginPace = (chunkSize: number | 'auto', limit: number = Infinity): Pace =>
  chunkSize === 'auto' ? { size: 8 * MiB, limit, growth: bold } : { size: chunkSize, limit, growth: 0 }

/** After `bytes` were confirmed in `ms` milliseconds: as many as would take six seconds, if these were brisk or slow. */
export function adapt(pace: Pace, bytes: number, ms: number): Pace {
  const { size, limit, growth } = pace
  // A short last chunk says little of what a whole one would take.
  if (growth === 0 || bytes * 2 < size) return pace
  const aim = (bytes * aimMs) / Math.max(ms, 1)
  if (ms > slowMs) return { ...pace, size: align(Math.max(chunkFloor, aim)) }
  if (ms > aimMs || bytes < size) return pace
  return { ...pace, size: align(Math.min(aim, bytes * growth, ceiling, limit)) }
}

/** After a chunk of `bytes` was refused for its size: half of it, for good. `undefined` if it was at the floor already. */
export function halve(pace: Pace, bytes: number): Pace | undefined {
  if (bytes <= chunkFloor) return undefined
  const limit = half(bytes)
  return { ...pace, limit, size: Math.min(pace.size, limit) }
}

/** After a chunk of `bytes` was cut and nothing of it kept: half of it for now, and only little more at a time after that. */
export const shrink = ({ size, limit, growth }: Pace, bytes: number): Pace => ({
  ...{ limit, size: Math.min(size, half(bytes)) },
  growth: Math.min(growth, wary),
})

/**
 * Bytes of the next chunk at `offset` of a file of `size` bytes, within what far end and host demand.
 *
 * @example
 * nextChunk(beginPace('auto'), { multipleOf: 262_144 }, 0, 3_000_000) // 3000000: the last chunk is exempt
 */
export function nextChunk(pace: Pace, rules: ChunkRules, offset: number, size: number): number {
  const left = size - offset
  const { min = 1, max = Infinity, multipleOf = 1, exact } = rules
  if (exact !== undefined) return Math.min(exact, left)
  const wish = Math.min(Math.max(Math.min(pace.size, pace.limit), min), max)
  const length = Math.max(Math.floor(wish / multipleOf) * multipleOf, Math.min(multipleOf, max))
  return Math.min(length, left)
}

/** The rules of both. */
export function tighten(one: ChunkRules, other: ChunkRules | undefined): ChunkRules {
  if (!other) return one
  return {
    ...one,
    ...other,
    min: Math.max(one.min ?? 1, other.min ?? 1),
    max: Math.min(one.max ?? Infinity, other.max ?? Infinity),
  }
}

const half = (bytes: number): number => Math.max(chunkFloor, align(bytes / 2))

// Whole KiB: odd sizes help no one.
const align = (bytes: number): number => Math.floor(bytes / KiB) * KiB
