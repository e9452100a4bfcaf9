import type { Clock } from '../types.ts'
import type { Hold, LockOptions, Locks } from './locks.ts'

/** Leave to have something for a while, as it is written down for all pages to see. */
export interface Lease {
  /** Whoever has it, and nobody else ever. */
  readonly holder: string
  /** Grows whenever it goes from one to another: who finds it grown has lost it. */
  readonly count: number
  /** Milliseconds since the epoch; from then on anybody may take it. */
  readonly until: number
}

/** Where leases are written down. Each change is whole: no other page sees or does anything in the midst of it. */
export interface LeaseStore {
  /** Replaces what is there by what `decide` makes of it, `undefined` for nothing, and resolves to that. */
  change(name: string, decide: (before: Lease | undefined) => Lease | undefined): Promise<Lease | undefined>
}

/** A lease that is not renewed ends after this, in milliseconds. */
export const leaseMs = 15_000
const renewMs = 5_000
/** Who waits looks again so often. */
const lookMs = 1_000

/** The lease after somebody asked for it. */
export const asked = (before: Lease | undefined, holder: string, now: number): Lease =>
  before && before.until > now ? before : { holder, count: (before?.count ?? 0) + 1, until: now + leaseMs }

/** The lease after its holder renewed it: as it was if it is not theirs any more. */
export const renewed = (before: Lease | undefined, mine: Lease, now: number): Lease | undefined =>
  isMine(before, mine) ? { ...mine, until: now + leaseMs } : before

/** The lease after its holder let go: none, if it was still theirs. */
export const released = (before: Lease | undefined, mine: Lease): Lease | undefined =>
  isMine(before, mine) ? undefined : before

const isMine = (lease: Lease | undefined, { holder, count }: Lease): boolean =>
  lease?.holder === holder && lease.count === count

/**
 * Locks for pages that have no Web Locks (plain http): leases of 15 s, renewed every 5 s. One that was frozen for longer finds the
 * count grown, and has lost it. A page that dies without a word keeps the others waiting until its lease is over.
 *
 * @param holder a name that no other page has.
 */
export function leaseLocks(store: LeaseStore, clock: Clock, holder: string): Locks {
  function keep(name: string, mine: Lease, onLost: () => void): Hold {
    const over = new AbortController()
    let at = clock.now()

    async function renew(): Promise<void> {
      at = clock.now()
      const now = await store.change(name, (before) => renewed(before, mine, clock.now()))
      if (isMine(now, mine) || over.signal.aborted) return
      over.abort()
      onLost()
    }

    async function goOn(): Promise<void> {
      while (!over.signal.aborted) {
        await clock.sleep(renewMs, over.signal)
        await renew()
      }
    }

    // It ends with the hold; where nothing can be written any more, nobody can take it away either.
    goOn().catch(() => {})
    return {
      // Timers of a page in the background are late; what is sent is not.
      stay() {
        if (clock.now() - at >= renewMs) void renew().catch(() => {})
      },
      release() {
        if (over.signal.aborted) return
        over.abort()
        store.change(name, (before) => released(before, mine)).catch(() => {})
      },
    }
  }

  async function take(name: string, { wait, signal, onLost }: LockOptions): Promise<Hold | undefined> {
    // Two uploads of one page are two.
    const mine = `${holder} ${(taken += 1)}`
    for (;;) {
      signal.throwIfAborted()
      const lease = await store.change(name, (before) => asked(before, mine, clock.now()))
      if (lease?.holder === mine) {
        const hold = keep(name, lease, onLost)
        if (signal.aborted) hold.release()
        signal.throwIfAborted()
        return hold
      }
      if (!wait) return undefined
      await clock.sleep(lookMs, signal)
    }
  }

  let taken = 0
  return { take }
}
