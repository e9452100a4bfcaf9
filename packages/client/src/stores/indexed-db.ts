import { del, delMany, entries, get, keys, set, setMany } from 'idb-keyval'
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
/** More uploads than this are not remembered; the oldest go first. */
const most = 1_000
const openLimitMs = 3_000

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
  const connection = connect(name, ['records', 'sources'], openLimitMs)
  const records = connection.use('records', 'relaxed')
  const strictRecords = connection.use('records', 'strict')
  // A source is written apart from its record, so that an offset's write does not carry a whole file with it.
  const sources = connection.use('sources', 'relaxed')
  /** How many records there are at most, as far as this page knows. */
  let known: Promise<Set<IDBValidKey>> | undefined

  return {
    list: () => explain('read what was begun', async () => (await sweep()).kept),
    put: (some, durability) =>
      explain('remember an upload', async () => {
        if (some.length === 0) return
        const use = durability === 'strict' ? strictRecords : records
        await withRoom(() =>
          setMany(
            some.map((record) => [record.key, record]),
            use,
          ),
        )
        await holdCap(some)
      }),
    delete: (key) => explain('forget an upload', () => remove([key])),
    source: (key) =>
      explain('read a kept file', async () => {
        const source: unknown = await get(key, sources)
        if (isSource(source)) return source
        if (source !== undefined) await del(key, sources)
        return undefined
      }),
    keep: (key, source) => explain('keep a file', () => withRoom(() => set(key, source, sources))),
  }

  /** Deletes what cannot be read, what has expired and what is too much, and files whose record is gone. */
  async function sweep(): Promise<{ readonly kept: readonly UploadRecord[] }> {
    // The files first: one whose record is written in between is then not taken for an orphan.
    const filed = await keys(sources)
    const all = await entries<IDBValidKey, unknown>(records)
    const isLive = ({ key, updatedAt }: UploadRecord, storedAs: IDBValidKey): boolean =>
      key === storedAs && updatedAt > Date.now() - expireAfterMs
    const read = all.flatMap(([key, value]) => (isRecord(value) && isLive(value, key) ? [value] : []))
    const kept = read.toSorted((one, other) => other.updatedAt - one.updatedAt).slice(0, most)
    const mine = new Set<IDBValidKey>(kept.map(({ key }) => key))
    const later = new Set(all.flatMap(([key, value]) => (isOfLaterRelease(value) ? [key] : [])))
    const stored = new Set(all.map(([key]) => key))
    const gone = [...stored, ...filed].filter((key) => !mine.has(key) && !later.has(key))
    if (gone.length > 0) await remove(gone)
    known = Promise.resolve(mine)
    return { kept }
  }

  async function remove(gone: readonly IDBValidKey[]): Promise<void> {
    await delMany([...gone], records)
    await delMany([...gone], sources)
    const all = await known
    for (const key of gone) all?.delete(key)
  }

  // A write of what is already there cannot be one too many, and most writes are such.
  async function holdCap(written: readonly UploadRecord[]): Promise<void> {
    known ??= keys(records).then((found) => new Set(found))
    const all = await known.catch((error: unknown) => {
      known = undefined
      throw error
    })
    for (const { key } of written) all.add(key)
    if (all.size > most) await sweep()
  }

  async function withRoom(write: () => Promise<void>): Promise<void> {
    try {
      await write()
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'QuotaExceededError') throw error
      await sweep()
      await write()
    }
  }
}

async function explain<Value>(what: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (cause) {
    throw new Error(`Cannot ${what} in IndexedDB: ${reason(cause)}`, { cause })
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
