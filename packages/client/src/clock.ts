import type { Clock } from './types.ts'

/** The platform's time and chance. */
export const systemClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      // A timer takes 31 bits of milliseconds and fires at once beyond them.
      const timer = setTimeout(resolve, Math.min(ms, 2 ** 31 - 1))
      const stop = (): void => {
        clearTimeout(timer)
        reject(signal.reason)
      }
      signal.addEventListener('abort', stop, { once: true })
    }),
}
