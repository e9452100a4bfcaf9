import { under, withLock, type Lease } from './lock.ts'
import { isProblem } from './problem.ts'
import type { SessionRecord } from './record.ts'
import { advance, endOf, type Lifetimes } from './session-rules.ts'
import type { SessionSettings } from './session.ts'
import type { UploadStore } from './store.ts'

export interface SweepOptions {
  /** Drops the bytes only: the records answer as expired from then on. */
  readonly keepRecords?: boolean
  readonly signal?: AbortSignal
}

type SweepSettings = Lifetimes & Pick<SessionSettings, 'store' | 'locks' | 'now'>

/**
 * Ends the sessions that nobody came back for, and finished ones past their retention. Takes the lock of each and reads
 * it again, so that a chunk or a finish that comes in between wins (S33); one somebody is at work on is left alone.
 */
export async function sweepSessions(settings: SweepSettings, options: SweepOptions = {}): Promise<number> {
  const { store, locks, now } = settings
  const { keepRecords = false, signal } = options
  const isOver = (session: SessionRecord): boolean => {
    // Verified bytes are on their way to the host.
    if (session.status === 'verifying' || endOf(session, settings) > now()) return false
    return session.status !== 'expired' || !keepRecords
  }

  async function end(id: string, lease: Lease): Promise<boolean> {
    const session = await store.read(id)
    if (!session || !isOver(session)) return false
    await dropSession(store, under(lease, session), keepRecords)
    return true
  }

  let ended = 0
  for await (const session of store.list()) {
    signal?.throwIfAborted()
    if (!isOver(session)) continue
    const done = await withLock(locks, session.id, { purpose: 'finish', waitMs: 0 }, (lease) =>
      end(session.id, lease),
    ).catch((error: unknown) => {
      if (isProblem(error, 'locked')) return false
      throw error
    })
    if (done) ended += 1
  }
  return ended
}

/**
 * Drops the bytes of a session, and its record unless that is to be kept. The record says so first: whatever a crash leaves
 * behind of it is found by the next sweep (S34). To be called under the session's lock.
 */
export async function dropSession(store: UploadStore, session: SessionRecord, keepRecord = false): Promise<void> {
  if (session.status !== 'expired') await store.commit(advance(session, { status: 'expired' }))
  await store.remove(session, { keepRecord })
}
