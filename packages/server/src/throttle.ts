import { UploadProblem } from './problem.ts'

/** How many requests one owner, or one address where nobody is signed in, may make in a time. */
export interface ThrottleOptions {
  readonly requests: number
  readonly perMs: number
}

/**
 * Counts a request; rejects with the problem `too-many-requests` and the time to wait when it is one too many. What is refused does
 * not count.
 *
 * Held to its contract by `throttleContract`.
 */
export type Throttle = (who: string) => Promise<void>

/** At most this many are remembered at once, so that many addresses do not fill the memory. */
const remembered = 10_000

export function createThrottle({ requests, perMs }: ThrottleOptions, now: () => number): Throttle {
  if (requests === Infinity) return async () => {}
  const history = new Map<string, number[]>()
  return async (who) => {
    const at = now()
    const recent = (history.get(who) ?? []).filter((time) => time > at - perMs)
    // Set anew, so that the map is in the order of the last request and the longest silent ones go first.
    history.delete(who)
    history.set(who, recent)
    for (const oldest of history.keys()) {
      if (history.size <= remembered) break
      history.delete(oldest)
    }
    const [first] = recent
    if (recent.length < requests) recent.push(at)
    else if (first !== undefined) throw throttled(first + perMs - at)
  }
}

/** One request too many, as it is told. */
export function throttled(waitMs: number): UploadProblem {
  const retryAfter = Math.ceil(waitMs / 1000)
  return new UploadProblem('too-many-requests', `Request was throttled. Expected available in ${retryAfter} seconds.`, {
    retryAfter,
  })
}
