import { promisifyRequest, type UseStore } from 'idb-keyval'
import type { KeptSource, SessionStore, UploadRecord } from '../types.ts'
import { connect } from './connection.ts'
import { isOfLaterRelease, isRecord } from './record.ts'

/** Where and for how long. Everything has a default. */
export interface IndexedDbStoreOptions {
  /** Name of the database; `chunkwise` unless told. */
  readonly name?: string | undefined
  /** Records that were not written to for this long are dropped, in milliseconds; 7 days unless told. */
  readonly expireAfterMs?: number | undefined
}

const dayMs = 24 * 60 * 60 * 1000
/** More uploads than this are not remembered for a later visit; the oldest go with the next look. */
const most = 1_000

/**
 * Remembers uploads in IndexedDB, over reloads and restarts of the browser. Nothing is opened before it is first used.
 *
 * Every method rejects, with the reason as `cause`, where IndexedDB is refused, does not open within 3 s, or is full even
 * after what has expired was deleted.
 *
 * @example
 * createUploader({ endpoint, store: indexedDbStore({ expireAfterMs: 24 * 60 * 60 * 1000 }) })
 */
export function indexedDbStore({
  name = 'chunkwise',
  expireAfterMs = 7 * dayMs,
}: IndexedDbStoreOptions = {}): SessionStore {
  const connection = connect(name, ['records', 'sources'])
  const records = connection.use('records', 'relaxed')
  const strictRecords = connection.use('records', 'strict')
  // A source is written apart from its record, so that an offset's write does not carry a whole file with it.
  const sources = connection.use('sources', 'relaxed')
  // Few uploads have a source: where none was seen, none has to be deleted. Of another tab's uploads one looks before one has them.
  let filed = false

  return {
    list: () => explain(sweep),
    put: (some, durability) =>
      explain(() =>
        withRoom(durability === 'strict' ? strictRecords : records, (store) =>
          some.forEach((record) => store.put(record, record.key)),
        ),
      ),
    delete: (key) => explain(() => remove([key])),
    source: (key) =>
      explain(async () => {
        const source: unknown = await sources('readonly', (store) => promisifyRequest(store.get(key)))
        if (isSource(source)) return source
        if (source !== undefined) await write(sources, (store) => store.delete(key))
        return undefined
      }),
    keep: (key, source) =>
      explain(() => {
        filed = true
        return withRoom(sources, (store) => store.put(source, key))
      }),
  }

  /** What is there, after deleting what cannot be read, has expired or is too much, and files whose record is gone. */
  async function sweep(): Promise<readonly UploadRecord[]> {
    // The files first: one whose record is written in between is then not taken for an orphan.
    const keys = await sources('readonly', (store) => promisifyRequest(store.getAllKeys()))
    filed ||= keys.length > 0
    const [stored, values] = await records('readonly', (store) =>
      Promise.all([promisifyRequest(store.getAllKeys()), promisifyRequest<unknown[]>(store.getAll())]),
    )
    const isLive = (value: unknown, index: number): value is UploadRecord =>
      isRecord(value) && value.key === stored[index] && value.updatedAt > Date.now() - expireAfterMs
    const live = values.filter(isLive)
    const kept = live.toSorted((one, other) => other.updatedAt - one.updatedAt).slice(0, most)
    const wanted = new Set<IDBValidKey | undefined>(kept.map(({ key }) => key))
    values.forEach((value, index) => isOfLaterRelease(value) && wanted.add(stored[index]))
    const gone = [...stored, ...keys].filter((key) => !wanted.has(key))
    if (gone.length > 0) await remove(gone)
    return kept
  }

  async function remove(gone: readonly IDBValidKey[]): Promise<void> {
    const stores = filed ? [records, sources] : [records]
    for (const use of stores) await write(use, (store) => gone.forEach((key) => store.delete(key)))
  }

  async function withRoom(use: UseStore, change: (store: IDBObjectStore) => void): Promise<void> {
    try {
      await write(use, change)
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'QuotaExceededError') throw error
      await sweep()
      await write(use, change)
    }
  }
}

const write = (use: UseStore, change: (store: IDBObjectStore) => void): Promise<void> =>
  use('readwrite', (store) => {
    change(store)
    return promisifyRequest(store.transaction)
  })

async function explain<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (cause) {
    throw new Error(`Cannot remember uploads in IndexedDB: ${reason(cause)}`, { cause })
  }
}

function reason(cause: unknown): string {
  // WebKit refuses files in private windows without a word, with `null` for an error.
  if (!(cause instanceof Error)) return 'the browser gave no reason'
  if (cause.name === 'QuotaExceededError') return 'the storage of this site is full'
  return cause.message || cause.name
}

const isSource = (value: unknown): value is KeptSource =>
  value instanceof Blob || (typeof value === 'object' && value !== null && 'getFile' in value)
