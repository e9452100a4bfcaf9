import type { Clock, KeptSource, SessionStore, UploadRecord } from './types.ts'

/** Remembers uploads in a store, and never fails: without a store the upload goes on, and only this page knows of it. */
export interface Journal {
  list(): Promise<readonly UploadRecord[]>
  /** Resolves when the record, or a later one of the same upload, is stored, or cannot be. */
  write(record: UploadRecord, durability: 'strict' | 'relaxed'): Promise<void>
  /** Drops the record; a write under way comes first, so that it cannot bring it back. */
  forget(key: string): Promise<void>
  source(key: string): Promise<KeptSource | undefined>
  /** Whether the source could be kept. */
  keep(key: string, source: KeptSource): Promise<boolean>
}

interface Batch {
  readonly records: Map<string, UploadRecord>
  durability: 'strict' | 'relaxed'
  readonly done: Promise<void>
  settle(): void
}

/** A store that says nothing for so long is taken for one that refuses, or an upload would wait for it for ever (I10). */
const answerMs = 10_000

/**
 * One write at a time: what comes meanwhile goes together in the next one, so that ten thousand uploads added at once
 * are one transaction.
 */
export function createJournal(
  store: SessionStore | undefined,
  onBroken: (cause: unknown) => void,
  clock: Clock,
): Journal {
  let lost = store === undefined
  let next: Batch | undefined
  let running: Promise<void> | undefined

  // The first failure is told, and ends all writing: a store that works now and then would lie about what it holds.
  const attempt = async <Value>(work: (store: SessionStore) => Promise<Value>, otherwise: Value): Promise<Value> => {
    if (lost || !store) return otherwise
    const answered = new AbortController()
    const silence = clock.sleep(answerMs, answered.signal).then((): never => {
      throw new Error(`The store has said nothing for ${answerMs / 1000} s`)
    })
    try {
      return await Promise.race([work(store), silence])
    } catch (cause) {
      if (!lost) onBroken(cause)
      lost = true
      return otherwise
    } finally {
      answered.abort()
    }
  }

  const run = async (): Promise<void> => {
    // What is written in the same turn belongs in the same transaction.
    await Promise.resolve()
    while (next) {
      const { records, durability, settle } = next
      next = undefined
      await attempt((kept) => kept.put([...records.values()], durability), undefined)
      settle()
    }
    running = undefined
  }

  return {
    list: () => attempt((kept) => kept.list(), []),
    source: (key) => attempt((kept) => kept.source(key), undefined),
    // A source that cannot be kept (WebKit refuses Blobs, a quota is small) says nothing of the records.
    async keep(key, source) {
      if (lost || !store) return false
      try {
        await store.keep(key, source)
        return true
      } catch {
        return false
      }
    },
    write(record, durability) {
      if (lost) return Promise.resolve()
      next ??= emptyBatch()
      next.records.set(record.key, record)
      if (durability === 'strict') next.durability = 'strict'
      const { done } = next
      running ??= run()
      return done
    },
    async forget(key) {
      next?.records.delete(key)
      await running
      await attempt((kept) => kept.delete(key), undefined)
    },
  }
}

function emptyBatch(): Batch {
  let settle = (): void => {}
  const done = new Promise<void>((resolve) => (settle = resolve))
  return { records: new Map(), durability: 'relaxed', done, settle }
}
