/** Time as an interface. `FakeClock` fills it, and so does every clock of `@chunkwise/client`. */
export interface TestClock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when that comes first. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
  /** Somebody is at work that takes none of this time: it stands until they call what this gives back. */
  hold?(): () => void
}

/** A clock that stands until it is told to go: for tests that must not wait. */
export interface FakeClock extends TestClock {
  /** From 0 up to, but not including, 1: what `createFakeClock` was given. */
  random(): number
  hold(): () => void
  /** Lets `ms` milliseconds pass; whoever sleeps wakes at their own time, in order. */
  advance(ms: number): Promise<void>
  /** How many sleep. */
  sleepers(): number
  /** Lets time pass to when the next one wakes; `false` if no one sleeps. */
  skip(): Promise<boolean>
  /** Lets time pass, from one who wakes to the next, until the promise is settled, and gives it back. */
  run<Value>(promise: Promise<Value>): Promise<Value>
}

interface Sleeper {
  readonly at: number
  readonly wake: () => void
}

/** Lets everything run that waits for no timer. */
export const settle = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve)
    else setTimeout(resolve)
  })

/**
 * Virtual time, to be given to an uploader as its `clock` and to `createFaultServer` as its own.
 *
 * @param random chance, the same each time by default.
 * @example
 * const clock = createFakeClock()
 * const uploader = createUploader({ endpoint, clock })
 * const { verified } = await clock.run(uploader.add(file).finished)
 */
export function createFakeClock(random: () => number = () => 0.5): FakeClock {
  let now = 1_700_000_000_000
  let holds = 0
  const sleepers = new Set<Sleeper>()
  const idle = async (): Promise<void> => {
    do await settle()
    while (holds > 0)
  }
  const first = (): Sleeper | undefined => {
    let found: Sleeper | undefined
    for (const sleeper of sleepers) if (!found || sleeper.at < found.at) found = sleeper
    return found
  }
  const wake = (until: number): boolean => {
    const next = first()
    if (!next || next.at > until) return false
    sleepers.delete(next)
    now = Math.max(now, next.at)
    next.wake()
    return true
  }
  const wakeNext = async (until: number): Promise<boolean> => {
    await idle()
    const woken = wake(until)
    if (woken) await idle()
    return woken
  }
  return {
    now: () => now,
    random,
    hold() {
      let held = 1
      holds += 1
      return () => {
        holds -= held
        held = 0
      }
    },
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
      await idle()
    },
    sleepers: () => sleepers.size,
    skip: () => wakeNext(Infinity),
    async run(promise) {
      let over = false
      const end = (): void => void (over = true)
      promise.then(end, end)
      for (;;) {
        await idle()
        // Not a moment later: nobody is woken whom the end would have stopped.
        if (over) return promise
        wake(Infinity)
      }
    },
  }
}

/** The platform's time. */
export const realClock: TestClock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const stop = (): void => {
        clearTimeout(timer)
        reject(signal.reason)
      }
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', stop)
        resolve()
      }, ms)
      signal.addEventListener('abort', stop, { once: true })
    }),
}
