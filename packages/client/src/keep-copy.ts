import type { Journal } from './persist.ts'
import type { UploadRecord } from './types.ts'

/** How many bytes of files may be kept, one by one and all together. */
export interface Room {
  readonly file: number
  readonly total: number
}

/** What each journal was given by this page, in bytes: others are told of it only once it is remembered. */
const given = new WeakMap<Journal, number>()

/** Keeps a copy of a file for after a reload, if there is room for it; whether it did. */
export type KeepCopy = (
  known: Pick<UploadRecord, 'key' | 'size'>,
  file: Blob,
  around: { readonly journal: Journal; readonly copies: Room },
  signal: AbortSignal,
) => Promise<boolean>

export const keepCopy: KeepCopy = async ({ key, size }, file, { journal, copies }, signal) => {
  if (size > copies.file) return false
  const records = await journal.list()
  const kept = records.reduce((sum, record) => sum + (record.resumability === 'copy' ? record.size : 0), 0)
  const already = given.get(journal) ?? 0
  if (Math.max(kept, already) + size > copies.total) return false
  given.set(journal, already + size)
  signal.throwIfAborted()
  return journal.keep(key, file)
}
