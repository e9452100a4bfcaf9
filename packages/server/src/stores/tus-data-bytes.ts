import { Readable } from 'node:stream'
import { UploadProblem } from '../problem.ts'
import type { Runs } from './tus-data-source.ts'

/** An upload as the data stores of tus know it. */
export interface TusUpload {
  id: string
  /** Bytes of the whole; absent until told. */
  size?: number | undefined
  /** Bytes that are there. */
  offset: number
  metadata?: Record<string, string | null> | undefined
  creation_date?: string | undefined
  storage?: { type: string; path: string; bucket?: string } | undefined
}

/** What is asked of a data store: those of `@tus/file-store`, `@tus/s3-store`, `@tus/gcs-store` and `@tus/azure-store` are one. */
export interface TusDataStore {
  hasExtension(extension: string): boolean
  create(upload: TusUpload): Promise<unknown>
  /** Adds bytes at the offset, which is where those end that are there. Gives the new offset. */
  write(bytes: Readable, id: string, offset: number): Promise<number>
  /** Tells the size of an upload that was created without one. */
  declareUploadLength(id: string, size: number): Promise<void>
  getUpload(id: string): Promise<TusUpload>
  remove(id: string): Promise<void>
  /** All bytes of an upload that is whole. Not each data store can do it; one that cannot is refused. */
  read?(id: string): AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>
}

/** What is told with an upload. */
export interface UploadFacts {
  readonly metadata: Readonly<Record<string, string>>
  /** Bytes, where they are known beforehand: then it is whole with these and no others. */
  readonly size?: number
}

/** A data store whose uploads are written once, from start to end, and whose errors are errors. */
export interface DataBytes {
  /**
   * Makes an upload of what is left of a source, and gives its size. Of a source that breaks it has what came; where the
   * size was known, it is not whole then, and this rejects.
   */
  add(id: string, runs: Runs, facts: UploadFacts): Promise<number>
  /** What there is by this name, if its bytes can be had: a data store may know of some that it has not put together. */
  find(id: string): Promise<TusUpload | undefined>
  /** Bytes of an upload that has `size`, from `from` up to and without `to`. All before them are read, and passed over. */
  read(id: string, size: number, from: number, to: number): AsyncIterable<Uint8Array>
  /** Repeatable. */
  remove(ids: readonly string[]): Promise<void>
}

// One that takes all bytes of a write into memory, or into one request, must be able to.
const writeSize = 64 * 1024 ** 2
/** So many uploads are removed at once. */
const atOnce = 8

/** @throws TypeError for a data store that cannot do what is needed. */
export function createBytes(dataStore: TusDataStore, remove?: (id: string) => Promise<unknown>): DataBytes {
  if (!dataStore.read)
    throw new TypeError('Argument dataStore: expected one that gives bytes back, got one without "read"')
  if (!remove && !dataStore.hasExtension('termination'))
    throw new TypeError('Option remove: expected a function, since the data store removes nothing itself')

  async function isReadable(id: string): Promise<boolean> {
    try {
      for await (const _ of (await dataStore.read?.(id)) ?? []) break
      return true
    } catch (error) {
      if (isGone(error)) return false
      throw told(error)
    }
  }

  async function drop(id: string): Promise<void> {
    try {
      await (remove ? remove(id) : dataStore.remove(id))
    } catch (error) {
      if (!isGone(error)) throw told(error)
      // Some say the same of what is whole, and leave it.
      if (await isReadable(id))
        throw new Error(`The data store does not remove ${id}: the option remove has to`, { cause: error })
    }
  }

  async function write(bytes: Readable, id: string, offset: number): Promise<number> {
    try {
      return await dataStore.write(bytes, id, offset)
    } finally {
      bytes.destroy()
    }
  }

  async function add(id: string, runs: Runs, { size, metadata }: UploadFacts): Promise<number> {
    const facts = { id, size, sizeIsDeferred: size === undefined, offset: 0, metadata: { ...metadata } }
    await dataStore.create({ ...facts, creation_date: new Date().toISOString() })
    let at = 0
    while (await runs.more()) {
      at = await write(runs.next(writeSize), id, at)
      if (at !== runs.given) throw new Error(`The data store has ${at} bytes of ${id} instead of ${runs.given}`)
    }
    if (size !== undefined && runs.broken) throw runs.broken.error
    if (at !== (size ?? at)) throw new Error(`There are ${at} bytes for ${id} instead of ${size}`)
    if (size === undefined) await dataStore.declareUploadLength(id, at)
    // Some put an upload together with the write that comes to its size.
    if (size === undefined || size === 0) await write(Readable.from([]), id, at)
    return at
  }

  return {
    add: (id, runs, facts) =>
      add(id, runs, facts)
        .catch((error: unknown) => {
          throw told(error)
        })
        .finally(() => runs.end()),

    async find(id) {
      if (!(await isReadable(id))) return undefined
      return dataStore.getUpload(id).catch((error: unknown) => {
        if (isGone(error)) return undefined
        throw told(error)
      })
    },

    async *read(id, size, from, to) {
      let at = 0
      try {
        for await (const bytes of (await dataStore.read?.(id)) ?? []) {
          const wanted = bytes.subarray(Math.max(0, from - at), Math.max(0, to - at))
          at += bytes.length
          if (wanted.length > 0) yield wanted
          if (at >= to && to < size) return
        }
      } catch (error) {
        throw told(error)
      }
      if (at !== size) throw new Error(`The data store has lost bytes of ${id}: ${at} instead of ${size}`)
    },

    async remove(ids) {
      for (let at = 0; at < ids.length; at += atOnce) await Promise.all(ids.slice(at, at + atOnce).map(drop))
    },
  }
}

const goneWords: ReadonlySet<unknown> = new Set([404, 410, 'ENOENT', 'NoSuchKey', 'NoSuchUpload', 'NotFound'])

const fieldsOf = (error: unknown): readonly unknown[] =>
  typeof error === 'object' && error !== null
    ? ['status_code', 'statusCode', 'code', 'name', 'body'].map((name): unknown => Reflect.get(error, name))
    : []

/** Each of them says in its own words that there is no such upload. */
const isGone = (error: unknown): boolean => fieldsOf(error).some((field) => goneWords.has(field))

/** An error of what a data store throws: theirs are often none, and have a `body` for a message. */
function told(error: unknown): Error {
  const fields = fieldsOf(error)
  if (fields.includes('ENOSPC') || fields.includes('EDQUOT'))
    return new UploadProblem('storage-full', 'No room is left for this upload', { cause: error })
  if (error instanceof Error) return error
  return new Error(`The data store failed: ${String(fields.at(-1) ?? error).trim()}`, { cause: error })
}
