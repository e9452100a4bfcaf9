import type { ChunkRules } from './types.ts'

/** How large chunks are at present, for all uploads to one origin. Bytes. */
export interface Pace {
  /** What the next chunk aims at. */
  readonly size: number
  /** The largest that may get through, learnt from refusals. */
  readonly limit: number
  /** Whether `size` follows what is measured; a plain number from the caller switches that off. */
  readonly adaptive: boolean
}

const KiB = 1024
const MiB = 1024 * KiB

/** No chunk is made smaller than this, or the round trips would be all there is. */
export const chunkFloor: number = 64 * KiB

/** A larger one would make resuming coarse and gains nothing any more. */
const ceiling = 32 * MiB

/** A chunk under this pays too much for its round trip; one over it loses too much when it is cut. */
const briskMs = 2_000
const slowMs = 15_000

/** The pace before anything is known: 8 MiB, or what the caller fixed. */
export function beginPace(chunkSize: number | 'auto'): Pace {
  const adaptive = chunkSize === 'auto'
  return { size: adaptive ? 8 * MiB : chunkSize, limit: Infinity, adaptive }
}

/** After `bytes` were confirmed in `ms` milliseconds: twice as large where that was brisk, smaller where it was slow. */
export function adapt(pace: Pace, bytes: number, ms: number): Pace {
  // A short last chunk says little of what a whole one would take.
  if (!pace.adaptive || bytes * 2 < pace.size) return pace
  if (ms > slowMs) return { ...pace, size: align(Math.max(chunkFloor, (bytes * slowMs) / ms / 2)) }
  if (ms < briskMs && bytes >= pace.size) return { ...pace, size: Math.min(pace.size * 2, ceiling, pace.limit) }
  return pace
}

/** After a chunk of `bytes` was refused for its size: half of it, for good. `undefined` if it was at the floor already. */
export function halve(pace: Pace, bytes: number): Pace | undefined {
  if (bytes <= chunkFloor) return undefined
  const limit = half(bytes)
  return { ...pace, limit, size: Math.min(pace.size, limit) }
}

/** After chunks of `bytes` were cut again and again at one offset: half of it for now, since a bad link may get better. */
export const shrink = (pace: Pace, bytes: number): Pace => ({ ...pace, size: Math.min(pace.size, half(bytes)) })

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
