/** How fast a body must come at least. */
export interface MinRate {
  /** 1 000. */
  readonly bytesPerSecond?: number
  /** How long nothing is asked of a request, in milliseconds: 30 000. */
  readonly graceMs?: number
  /** Over how long it is measured after that, in milliseconds: 30 000. */
  readonly windowMs?: number
}

/** Keeps account of one body. Only time counts in which the server waits for the client, not what its own disk takes. */
export interface Pace {
  received(bytes: number): void
  /** Counts time that was waited; says whether the body is too slow, with so many bytes that are there but not received. */
  waited(ms: number, pending?: number): boolean
  /** How long one may wait from here until there is something to judge, in milliseconds. */
  readonly left: number
}

/** @throws TypeError for what is no number above 0, naming it. */
export function resolveRate(rate: MinRate): Required<MinRate> {
  const resolved = { bytesPerSecond: 1000, graceMs: 30_000, windowMs: 30_000, ...rate }
  for (const [name, value] of Object.entries(resolved))
    if (!(typeof value === 'number' && value > 0))
      throw new TypeError(`Option minRate.${name}: expected a number above 0, got ${JSON.stringify(value)}`)
  return resolved
}

/**
 * Tells a slow link from one that only holds a place (S20): after the grace, each window must bring its bytes. A limit on the
 * whole time would cut honest large chunks instead.
 */
export function createPace({ bytesPerSecond, graceMs, windowMs }: Required<MinRate>): Pace {
  const least = (bytesPerSecond * windowMs) / 1000
  let judged = false
  let waited = 0
  let bytes = 0
  const end = (): number => (judged ? windowMs : graceMs)
  return {
    received(count) {
      bytes += count
    },
    waited(ms, pending = 0) {
      waited += ms
      if (waited < end()) return false
      const slow = judged && bytes + pending < least
      judged = true
      waited = 0
      bytes = 0
      return slow
    },
    get left() {
      return end() - waited
    },
  }
}
