import { accountOf, holdingOf, type Ledger } from './ledger.ts'
import type { Limits } from './limits.ts'
import { passOn } from './pass-on.ts'
import { isProblem } from './problem.ts'
import { keepingProofs } from './proofs.ts'
import type { SessionRecord, SessionStatus } from './record.ts'
import type { Room } from './room.ts'
import type { ByteSource, ChunkWriter, UploadStore } from './store.ts'
import type { Throttle } from './throttle.ts'

/** What a store is held to, and who is told of what becomes of its sessions. */
export interface Guard {
  readonly ledger: Ledger
  readonly limits: Limits
  readonly room: Room
  /** Counts a creation of an account. */
  readonly creations: Throttle
  /** Told of each session that has a new status. */
  readonly changed: (record: SessionRecord) => void
  /** Told when the storage has failed a second time for one session: nothing is sure any more (S13). */
  readonly broken: () => void
}

/**
 * Holds a store to the limits. A declared size is reserved before a byte of it is stored, one that is told later then, and
 * without any as the bytes come; what ends, fails or expires gives it back. After a restart all that is read from the records.
 *
 * Each look and the taking that follows it are one step of the ledger. What one session takes is changed under its lock only.
 */
export function limitStore(given: UploadStore, guard: Guard): UploadStore {
  const store = keepingProofs(passOn(given))
  const { ledger, limits, room, creations, changed, broken } = guard

  /** Takes so many bytes for a session, or throws why not. */
  async function reserve(record: SessionRecord, bytes: number): Promise<void> {
    const { id, offset: stored } = record
    const account = accountOf(record)
    const space = limits.minFree === 0 ? undefined : await room.measure(id, bytes)
    const isFresh = await ledger.take({ id, account, bytes, stored, space }, limits).catch(async (error: unknown) => {
      // A ledger that does not answer may have taken it all the same, and that would count against the next try.
      if (isProblem(error, 'unavailable')) await restore(id)
      throw error
    })
    if (!isFresh) return
    try {
      await creations(account)
    } catch (error) {
      await ledger.set(id, undefined)
      throw error
    }
  }

  /** Takes more than is needed yet, where the ledger is far away, and otherwise just that. Says how much it was. */
  async function reserveAhead(record: SessionRecord, bytes: number): Promise<number> {
    if (ledger.ahead > 0)
      try {
        await reserve(record, bytes + ledger.ahead)
        return bytes + ledger.ahead
      } catch (error) {
        if (!isProblem(error, 'storage-full', 'too-large')) throw error
      }
    await reserve(record, bytes)
    return bytes
  }

  async function settle(record: SessionRecord, before: SessionStatus | undefined): Promise<void> {
    // It has happened, whether it can be counted now or not.
    if (record.status !== before) changed(record)
    const { status, offset: stored } = record
    // Its bytes are there until they are removed.
    const kept = status === 'expired' ? { stored, bytes: stored } : {}
    await ledger.set(record.id, { ...holdingOf(record), ...kept })
  }

  /** What a session takes is what its record says: a request that failed has reserved for nothing. */
  async function restore(id: string): Promise<void> {
    const current = await store.read(id)
    await ledger.set(id, current && holdingOf(current))
  }

  /** Reserves as the bytes come, where nobody has said how many they will be. */
  async function* metered(record: SessionRecord, position: number, source: ByteSource): AsyncGenerator<Uint8Array> {
    let end = position
    let reserved = 0
    for await (const bytes of source) {
      end += bytes.length
      if (end > reserved) reserved = await reserveAhead(record, end)
      yield bytes
    }
  }

  function limitWriter(record: SessionRecord, writer: ChunkWriter): ChunkWriter {
    /** Whether more may be reserved than the record says. */
    let owes = true
    return {
      get end() {
        return writer.end
      },
      async write(position, source) {
        owes = true
        await writer.write(position, record.size === undefined ? metered(record, position, source) : source)
      },
      async commit(next) {
        // Whoever writes has the lock: nobody has changed what it was opened with.
        const before = next.revision === 1 ? undefined : record.status
        owes = true
        await reserve(next, holdingOf(next).bytes)
        try {
          await writer.commit(next)
        } catch (error) {
          await look(next, before, error)
          throw error
        }
        await settle(next, before)
        owes = false
      },
      async close() {
        try {
          await writer.close()
        } finally {
          if (owes) await restore(record.id)
        }
      },
    }
  }

  /** The store may have given a session up. */
  async function look(record: SessionRecord, before: SessionStatus | undefined, error: unknown): Promise<void> {
    const current = await store.read(record.id)
    if (current?.status !== 'failed' || before === 'failed') return
    await settle(current, before)
    if (!isProblem(error)) broken()
  }

  return {
    ...store,
    async open() {
      await store.open()
      await ledger.fill(store)
    },
    async close() {
      ledger.reset()
      await store.close()
    },
    async writer(record) {
      await reserve(record, holdingOf(record).bytes)
      try {
        return limitWriter(record, await store.writer(record))
      } catch (error) {
        await restore(record.id)
        throw error
      }
    },
    async commit(record) {
      const before = (await store.read(record.id))?.status
      await store.commit(record)
      await settle(record, before)
    },
    async remove(record, options) {
      await store.remove(record, options)
      await restore(record.id)
    },
  }
}
