import { setTimeout } from 'node:timers/promises'
import type { Clock } from '@chunkwise/client'

/** Time that goes so many times faster: what waits for minutes waits for seconds. */
export function fastClock(pace: number, random: () => number): Clock {
  const began = Date.now()
  return {
    now: () => began + (Date.now() - began) * pace,
    random,
    sleep: (ms, signal) =>
      setTimeout(ms / pace, undefined, { signal }).catch(() => {
        signal.throwIfAborted()
      }),
  }
}
