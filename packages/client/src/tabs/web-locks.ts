import type { Hold, Locks } from './locks.ts'

/** Locks of the browser itself: they die with the page, however it dies. Only secure contexts have them. */
export const webLocks: Locks = {
  take: (name, { wait, signal }) =>
    new Promise((resolve, reject) => {
      const granted = (lock: Lock | null): Promise<void> | undefined => {
        if (!lock) return void resolve(undefined)
        if (signal.aborted) return void reject(signal.reason)
        return new Promise((release) => {
          const hold: Hold = { stay: () => {}, release }
          resolve(hold)
        })
      }
      // Where there are none, and where they are refused (a sandboxed frame), this rejects.
      const request = async (): Promise<unknown> =>
        navigator.locks.request(name, wait ? { signal } : { ifAvailable: true }, granted)
      request().catch(reject)
    }),
}
