import type { Clock } from '../src/types.ts'

/** A clock that stands until it is told to go. */
export interface FakeClock extends Clock {
  /** Lets `ms` milliseconds pass; whoever sleeps wakes at their own time, in order. */
  advance(ms: number): Promise<void>
  /** How many sleep. */
  sleepers(): number
  /** Lets time pass to when the next one wakes; `false` if no one sleeps. */
  skip(): Promise<boolean>
}

interface Sleeper {
  readonly at: number
  readonly wake: () => void
}

/** Lets everything run that waits for no timer. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export function createFakeClock(random: () => number = () => 0.5): FakeClock {
  let now = 1_700_000_000_000
  const sleepers = new Set<Sleeper>()
  const first = (): Sleeper | undefined => [...sleepers].toSorted((one, other) => one.at - other.at)[0]
  const wakeNext = async (until: number): Promise<boolean> => {
    await settle()
    const next = first()
    if (!next || next.at > until) return false
    sleepers.delete(next)
    now = Math.max(now, next.at)
    next.wake()
    await settle()
    return true
  }
  return {
    now: () => now,
    random,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason)
        const stop = (): void => {
          sleepers.delete(sleeper)
          reject(signal.reason)
        }
        const sleeper = {
          at: now + ms,
          wake: () => {
            signal.removeEventListener('abort', stop)
            resolve()
          },
        }
        sleepers.add(sleeper)
        signal.addEventListener('abort', stop, { once: true })
      }),
    async advance(ms) {
      const until = now + ms
      while (await wakeNext(until));
      now = until
      await settle()
    },
    sleepers: () => sleepers.size,
    skip: () => wakeNext(Infinity),
  }
}
