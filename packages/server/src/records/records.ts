import type { SessionRecord } from '../record.ts'

/** A record, and what its store notes beside it. */
export interface KeptRecord {
  readonly record: SessionRecord
  /** The store's own: JSON, of which nobody else knows anything. */
  readonly own?: string | undefined
}

/**
 * Where the records of sessions are kept, for stores that keep bytes elsewhere. All nodes that share them see one truth: a change counts
 * only if it was made on the newest revision, by who holds the session's lock.
 *
 * Held to its contract by `recordsContract`.
 */
export interface SessionRecords {
  /** Rejects if they cannot be reached. Repeatable. */
  open(): Promise<void>
  close(): Promise<void>
  read(id: string): Promise<KeptRecord | undefined>
  /** The session that `owner` created under `key`. */
  readKey(owner: string | undefined, key: string): Promise<KeptRecord | undefined>
  /** All of them, in no promised order. */
  list(): AsyncIterable<KeptRecord>
  /**
   * Makes a change durable, with the store's own notes; absent: those stay as they are. Refuses with the problem `locked` any revision but
   * the next one, a key that another session of the owner has, and a fence that is no longer that of the session's lock.
   */
  commit(record: SessionRecord, own?: string): Promise<void>
  /** Forgets a session, its key and its path. Repeatable. */
  remove(record: SessionRecord): Promise<void>
  /** A number from 1 that this session was never given before, whoever asks. */
  number(id: string): Promise<number>
  /** Takes a path for a session: `false` if another one has it. Repeatable. */
  claim(id: string, path: string): Promise<boolean>
  isTaken(path: string): Promise<boolean>
  /** Gives a path free, if this session has it. */
  release(id: string, path: string): Promise<void>
}
