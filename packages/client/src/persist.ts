import type { Clock, KeptSource, SessionStore, UploadRecord } from './types.ts'

/** Remembers uploads in a store, and never fails: without a store the upload goes on, and only this page knows of it. */
export interface Journal {
  list(): Promise<readonly UploadRecord[]>
  /** Resolves when the record, or a later one of the same upload, is stored, or cannot be. */
  write(record: UploadRecord, durability: 'strict' | 'relaxed'): Promise<void>
  /** Resolves when what was written so far is stored, or cannot be. */
  settled(): Promise<void>
  /** Drops the record; a write under way comes first, so that it cannot bring it back. */
  forget(key: string): Promise<void>
  source(key: string): Promise<KeptSource | undefined>
  /** Whether the source could be kept. */
  keep(key: string, source: KeptSource): Promise<boolean>
}

interface Batch {
  readonly records: Map<string, UploadRecord>
  durability: 'strict' | 'relaxed'
}

/** A store that says nothing for so long is taken for one that refuses, or an upload would wait for it for ever (I10). */
const answerMs = 10_000

/**
 * One write at a time: what comes meanwhile goes together in the next one, so that a thousand uploads added at once are
 * one transaction.
 */
export function createJournal(
  store: SessionStore | undefined,
  onBroken: (cause: unknown) => void,
  clock: Clock,
): Journal {
  let kept = store
  let next: Batch | undefined
  let last = Promise.resolve()

  async function ask<Value>(from: SessionStore, work: (store: SessionStore) => Promise<Value>): Promise<Value> {
    const answered = new AbortController()
    const silence = clock.sleep(answerMs, answered.signal).then((): never => {
      throw new Error(`The store gave no answer within ${answerMs / 1000} s`)
    })
    // In an async function, since a store may also throw at once.
    const answer = (async () => work(from))()
    return Promise.race([silence, answer]).finally(() => answered.abort())
  }

  // The first failure is told, and ends all writing: a store that works now and then would lie about what it holds.
  async function attempt<Value>(work: (store: SessionStore) => Promise<Value>, otherwise: Value): Promise<Value> {
    if (!kept) return otherwise
    try {
      return await ask(kept, work)
    } catch (cause) {
      if (kept) onBroken(cause)
      kept = undefined
      return otherwise
    }
  }

  // What is written in the same turn, or while another write is under way, belongs in the same transaction.
  function gather(): Batch {
    const batch: Batch = { records: new Map(), durability: 'relaxed' }
    last = last.then(() => {
      next = undefined
      return attempt((store) => store.put([...batch.records.values()], batch.durability), undefined)
    })
    return batch
  }

  return {
    list: () => attempt((store) => store.list(), []),
    source: (key) => attempt((store) => store.source(key), undefined),
    // A source that cannot be kept (WebKit refuses Blobs, a quota is small) says nothing of the records.
    keep: async (key, source) =>
      kept !== undefined &&
      ask(kept, (store) => store.keep(key, source)).then(
        () => true,
        () => false,
      ),
    write(record, durability) {
      if (!kept) return last
      next ??= gather()
      next.records.set(record.key, record)
      if (durability === 'strict') next.durability = durability
      return last
    },
    settled: () => last,
    async forget(key) {
      next?.records.delete(key)
      await last
      await attempt((store) => store.delete(key), undefined)
    },
  }
}
