import { UploadProblem } from './problem.ts'
import type { SessionRecord } from './record.ts'
import { unless } from './unless.ts'

/**
 * What a lock is wanted for. `append`: writes a chunk, and lets go when a newer request asks. `finish`: verifies and
 * publishes, ends or sweeps: never interrupted.
 */
export type LockPurpose = 'append' | 'finish'

/** One hold on a session. */
export interface Lease {
  /** Aborted when another request wants the session; its reason is what to answer, or {@link handedOver}. */
  readonly signal: AbortSignal
  /** Names this hold and no other, where locks are shared with other nodes: records are committed under it, and not after its end. */
  readonly fence?: string
  /** Tells that bytes are moving: a writer that stands still is stopped sooner. */
  active(): void
  /** Gives the session free. Repeatable; frees this hold only, never another's. */
  release(): void
}

export interface LockRequest {
  readonly purpose: LockPurpose
  /** How long to wait for a holder that does not let go, in milliseconds; 10 000 if absent, 0: not at all. */
  readonly waitMs?: number
  readonly signal?: AbortSignal
}

/** One writer per session. A newer request makes an older writer let go; all waits end. */
export interface Locks {
  /** Rejects with the problem `locked` when the holder does not let go in time, or when a newer request came. */
  acquire(id: string, request: LockRequest): Promise<Lease>
  /**
   * Resolves when no writer is at work: at once if there is none, after stopping one that has been idle for 2 s, and a
   * busy one after 10 s. So an offset that is told afterwards stays true, and asking does not starve who writes.
   */
  settle(id: string, signal?: AbortSignal): Promise<void>
}

/** Why a writer was stopped by somebody who only asked, as the reason of its lease's signal: what it has written may be kept. */
export const handedOver: unique symbol = Symbol('handed over')

/** How long all locks let somebody wait, and let a writer be, in milliseconds. */
export const waits = { waitMs: 10_000, idleMs: 2000, busyMs: 10_000 } as const

interface Holder {
  readonly purpose: LockPurpose
  readonly controller: AbortController
  activeAt: number
  /** Settled by the release. */
  readonly free: Promise<void>
}

interface Waiter {
  readonly purpose: LockPurpose
  readonly controller: AbortController
}

interface Entry {
  holder: Holder | undefined
  readonly waiters: Waiter[]
}

/** What a request is told that does not get the lock, or has to let it go. */
export const locked = (): UploadProblem =>
  new UploadProblem('locked', 'Another request is at work on this upload', { retryAfter: 1 })

/** Locks for one process. */
export function memoryLocks(): Locks {
  const entries = new Map<string, Entry>()

  function forget(id: string, entry: Entry): void {
    if (!entry.holder && entry.waiters.length === 0 && entries.get(id) === entry) entries.delete(id)
  }

  function hold(id: string, entry: Entry, purpose: LockPurpose): Lease {
    const controller = new AbortController()
    let free = (): void => {}
    const holder: Holder = {
      purpose,
      controller,
      activeAt: Date.now(),
      free: new Promise((resolve) => {
        free = resolve
      }),
    }
    entry.holder = holder
    return {
      signal: controller.signal,
      active() {
        holder.activeAt = Date.now()
      },
      release() {
        if (entry.holder !== holder) return
        entry.holder = undefined
        free()
        forget(id, entry)
      },
    }
  }

  function stop(holder: Holder, reason: unknown): void {
    if (holder.purpose === 'append') holder.controller.abort(reason)
  }

  return {
    async acquire(id, { purpose, waitMs = waits.waitMs, signal }) {
      signal?.throwIfAborted()
      const entry = entries.get(id) ?? { holder: undefined, waiters: [] }
      entries.set(id, entry)
      // No await between the look and the hold: that is what makes it a lock.
      if (!entry.holder && entry.waiters.length === 0) return hold(id, entry, purpose)
      if (waitMs === 0) throw locked()
      for (const waiter of entry.waiters) if (waiter.purpose === 'append') waiter.controller.abort(locked())
      const waiter: Waiter = { purpose, controller: new AbortController() }
      entry.waiters.push(waiter)
      const deadline = timeout(waitMs, locked)
      const given = AbortSignal.any([waiter.controller.signal, deadline.signal, ...(signal ? [signal] : [])])
      try {
        for (;;) {
          given.throwIfAborted()
          if (!entry.holder && entry.waiters[0] === waiter) return hold(id, entry, purpose)
          const { holder } = entry
          if (holder) {
            stop(holder, locked())
            await unless(holder.free, given)
          } else await unless(Promise.resolve(), given)
        }
      } finally {
        deadline.clear()
        entry.waiters.splice(entry.waiters.indexOf(waiter), 1)
        forget(id, entry)
      }
    },

    async settle(id, signal) {
      const start = Date.now()
      for (;;) {
        const holder = entries.get(id)?.holder
        if (holder?.purpose !== 'append') return
        const now = Date.now()
        const left = Math.min(holder.activeAt + waits.idleMs - now, start + waits.busyMs - now)
        if (left <= 0) stop(holder, handedOver)
        // A writer that was stopped ends by itself; only the storage can keep it, and that is worth one long wait.
        const timer = timeout(left <= 0 ? waits.waitMs : left, () => undefined)
        try {
          const given = signal ? AbortSignal.any([signal, timer.signal]) : timer.signal
          await unless(holder.free, given).catch((error: unknown) => {
            if (!timer.signal.aborted || signal?.aborted) throw error
            if (left <= 0) throw locked()
          })
        } finally {
          timer.clear()
        }
      }
    },
  }
}

/** A record as it is changed under a hold on its lock. */
export const under = (lease: Lease, record: SessionRecord): SessionRecord => ({ ...record, fence: lease.fence })

/** Uses a session under its lock. */
export async function withLock<T>(
  locks: Locks,
  id: string,
  request: LockRequest,
  use: (lease: Lease) => Promise<T>,
): Promise<T> {
  const lease = await locks.acquire(id, request)
  try {
    return await use(lease)
  } finally {
    lease.release()
  }
}

/** A signal that is aborted after a while, unless it is cleared. */
export function timeout(ms: number, reason: () => unknown): { signal: AbortSignal; clear: () => void } {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(reason()), ms)
  return { signal: controller.signal, clear: () => clearTimeout(timer) }
}
