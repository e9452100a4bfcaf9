import type { ChecksumAlgorithm, SessionRecord } from './record.ts'

/** Bytes on their way in. Whoever gives a piece does not use its memory again. */
export type ByteSource = AsyncIterable<Uint8Array>

/** The place of one chunk in a store, held by one request. What is written counts for nothing until it is committed. */
export interface ChunkWriter {
  /**
   * Writes at `position`, from where the bytes run on without a gap. Resolves when the source has ended; rejects with the
   * source's error, or with the problem `storage-full` or `internal`. Called again, it may write at the same place again.
   */
  write(position: number, source: ByteSource): Promise<void>
  /** First byte after the last run that was written, however the writing ended. */
  readonly end: number
  /**
   * Makes every byte below `record.offset` durable, then the record. Bytes beyond it are gone for good. A record of
   * another revision than the next one, and a key that another session of the owner has, are refused with the problem
   * `locked`.
   */
  commit(record: SessionRecord): Promise<void>
  /** Lets go of what was opened. What was written since the last commit is void. */
  close(): Promise<void>
}

/** A finished file, for the host. */
export interface StoredFile {
  /** Where it lies in the file system, for stores that have one. */
  readonly path?: string
  /** Its bytes, from `start` (0) up to and without `end` (its end). */
  stream(start?: number, end?: number): ReadableStream<Uint8Array>
  /** An address that gives it to whoever has it, for so many seconds; for stores that can make one. */
  address?(seconds: number): Promise<string>
}

/**
 * Where the server's bytes and records are kept. Every method may be called at any time; what must not happen twice at
 * once for one session is kept apart by the lock, not by the store.
 *
 * Held to its contract by `serverStoreContract`.
 */
export interface UploadStore {
  /** Repairs what a crash left behind. Repeatable; called before anything else. */
  open(): Promise<void>
  /** Waits for work under way and lets go of everything. */
  close(): Promise<void>
  /** Rejects if it can take nothing at present; for stores that depend on others. Asked often. */
  check?(): Promise<void>
  /** The newest committed record, or `undefined`. */
  read(id: string): Promise<SessionRecord | undefined>
  /** The session that `owner` created under `key`. */
  readKey(owner: string | undefined, key: string): Promise<SessionRecord | undefined>
  /** All records, in no promised order. */
  list(): AsyncIterable<SessionRecord>
  /** Opens the bytes of a session for writing; `record` may be one that was never committed. */
  writer(record: SessionRecord): Promise<ChunkWriter>
  /** Makes a change of the record durable, bytes untouched. Refuses other revisions as `ChunkWriter.commit` does. */
  commit(record: SessionRecord): Promise<void>
  /** Checksum of the first `record.offset` bytes, as lower-case hex. At hand at once if the store kept it along. */
  checksum(record: SessionRecord, algorithm: ChecksumAlgorithm, signal?: AbortSignal): Promise<string>
  /**
   * Takes a path for a finished file that `publish` will move there: `false` if another file has it. Repeatable for the
   * same session, also after a crash.
   */
  claim(record: SessionRecord, path: string): Promise<boolean>
  /** Whether a finished file has this path. */
  isTaken(path: string): Promise<boolean>
  /** Moves the bytes from `record.partial` to `record.complete`, durably. Repeatable. */
  publish(record: SessionRecord): Promise<void>
  /** The bytes of a session, wherever they are now; `undefined` if it has none. */
  file(record: SessionRecord): Promise<StoredFile | undefined>
  /** Drops the bytes, and the record too unless it is to be kept. Repeatable. */
  remove(record: SessionRecord, options?: { readonly keepRecord?: boolean }): Promise<void>
  /**
   * Drops partial bytes that belong to no session and were not touched for `ageMs`; says how many things that were.
   * `extension` is how the names of partial files end.
   */
  removeOrphans(extension: string, ageMs: number): Promise<number>
  /** How much there is for bytes; absent, or `undefined`, where that is not known. */
  space?(): Promise<Space | undefined>
}

/** Bytes that are free where a store keeps its own, and how many there are in all. */
export interface Space {
  readonly free: number
  readonly size: number
}
