import { UploadProblem } from './problem.ts'

/** How many requests one owner, or one address where nobody is signed in, may make in a time. */
export interface ThrottleOptions {
  readonly requests: number
  readonly perMs: number
}

/** Counts a request; throws the problem `too-many-requests` with the time to wait when it is one too many. */
export type Throttle = (who: string) => void

/** At most this many are remembered at once, so that many addresses do not fill the memory. */
const remembered = 10_000

export function createThrottle({ requests, perMs }: ThrottleOptions, now: () => number): Throttle {
  if (requests === Infinity) return () => {}
  const history = new Map<string, number[]>()
  return (who) => {
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
    else if (first !== undefined) {
      const retryAfter = Math.ceil((first + perMs - at) / 1000)
      throw new UploadProblem(
        'too-many-requests',
        `Request was throttled. Expected available in ${retryAfter} seconds.`,
        {
          retryAfter,
        },
      )
    }
  }
}
