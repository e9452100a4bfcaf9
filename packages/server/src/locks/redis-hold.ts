import type { LockPurpose } from '../lock.ts'
import { UploadProblem } from '../problem.ts'

/** Whoever is first on this node: it holds the lock in Redis, or waits for it. */
export interface Hold {
  readonly name: string
  readonly purpose: LockPurpose
  /** Its number among all who ask, once it is known; 0 before. */
  asked: number
  /** The fence; absent while it waits. */
  token: string | undefined
  readonly signal: AbortSignal
  stop(reason: unknown): void
}

/** `stopped`: by others on this node. */
export function newHold(purpose: LockPurpose, stopped: AbortSignal): Hold {
  const controller = new AbortController()
  return {
    name: crypto.randomUUID(),
    purpose,
    asked: 0,
    token: undefined,
    signal: AbortSignal.any([stopped, controller.signal]),
    stop: (reason) => controller.abort(reason),
  }
}

/**
 * Renews a hold until the returned function is called. One that cannot be renewed in time, or is another's meanwhile, is stopped. `takenAt`:
 * when it was asked for, by `performance.now`.
 */
export function keepHold(hold: Hold, ttlMs: number, takenAt: number, renew: () => Promise<boolean>): () => void {
  // Counted from before Redis was asked: never longer than Redis counts.
  let endsAt = takenAt + ttlMs
  let timer: ReturnType<typeof setTimeout>

  function lose(): void {
    clearTimeout(timer)
    hold.stop(new UploadProblem('locked', 'The hold on this upload was lost', { retryAfter: 1 }))
  }

  function wait(): void {
    timer = setTimeout(tick, Math.max(0, Math.min(ttlMs / 3, endsAt - performance.now())))
    // A request keeps a process alive, not the lock it has.
    if (typeof timer === 'object') timer.unref?.()
  }

  function tick(): void {
    const now = performance.now()
    // Redis need not be asked, nor reached: a process that stood still knows it as soon as it goes on.
    if (now >= endsAt) return lose()
    renew().then(
      (kept) => {
        if (kept) endsAt = Math.max(endsAt, now + ttlMs)
        else lose()
      },
      // Tried again by the next tick, while there is time.
      () => {},
    )
    wait()
  }

  wait()
  return () => clearTimeout(timer)
}
