/** A link, as far as it matters to an upload. */
export interface LinkSettings {
  /** Milliseconds that a byte takes there and its answer back. */
  readonly roundTripMs: number
  /** Bytes per second, in each direction. */
  readonly rate: number
}

/** One direction of a link, for all connections over it. */
export interface Lane {
  /** Bytes of one connection that it takes before the first of them has arrived: what is on its way, and a short queue. */
  readonly room: number
  /** The time at which so many bytes have arrived that come at this time. Milliseconds. */
  arrivalOf(bytes: number, now: number): number
}

// What stands before a link that is busy. Less would leave it idle whenever a timer is late.
const queueMs = 50

/** Bytes follow each other at the rate, and then each takes its time: the delay is of the way, not of a packet. */
export function createLane({ roundTripMs, rate }: LinkSettings): Lane {
  const delayMs = roundTripMs / 2
  let free = -Infinity
  return {
    room: (rate * (delayMs + queueMs)) / 1000,
    arrivalOf(bytes, now) {
      free = Math.max(free, now) + (bytes / rate) * 1000
      return free + delayMs
    },
  }
}
