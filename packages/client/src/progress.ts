/** Confirmed offsets over time: enough to tell speed, and nothing more. */
export type Meter = readonly Reading[]

interface Reading {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly offset: number
}

/** Older readings say nothing of the present, but two are always kept: a slow link confirms seldom. */
const windowMs = 15_000

/** A rate over less than this is noise. */
const leastMs = 200

/** The meter after the server confirmed `offset`; an offset that went back begins anew. */
export function measure(meter: Meter, at: number, offset: number): Meter {
  const last = meter.at(-1)
  if (!last || offset < last.offset || at < last.at) return [{ at, offset }]
  const recent = meter.filter((reading, index) => at - reading.at <= windowMs || index === meter.length - 1)
  return [...recent, { at, offset }]
}

/** Bytes per second from confirmed bytes, or `undefined` until it is known. */
export function speedOf(meter: Meter): number | undefined {
  const first = meter[0]
  const last = meter.at(-1)
  if (!first || !last || last.at - first.at < leastMs || last.offset === first.offset) return undefined
  return ((last.offset - first.offset) * 1000) / (last.at - first.at)
}

/** Seconds until the rest is there at this speed (bytes per second), or `undefined` until it is known. */
export const timeLeftAt = (speed: number | undefined, bytes: number): number | undefined =>
  speed === undefined ? undefined : bytes / speed
