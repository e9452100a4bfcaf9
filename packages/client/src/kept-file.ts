import { UploadError } from './errors.ts'
import type { Known } from './held-file.ts'
import type { Journal } from './persist.ts'
import { reopen } from './source.ts'
import type { Clock } from './types.ts'

/** How many bytes of files may be kept, one by one and all together. */
export interface Room {
  readonly file: number
  readonly total: number
}

/** What each journal was given by this page, in bytes: others are told of it only once it is remembered. */
const given = new WeakMap<Journal, number>()

/** A file still unfinished after this long is worth a copy, in milliseconds. */
const copyAfterMs = 2_000

/** Keeps a copy of a file for after a reload, if that is needed and there is room for it; whether it did. Never rejects. */
export type KeepCopy = (
  known: Known,
  file: Blob | undefined,
  around: { readonly journal: Journal; readonly copies: Room; readonly clock: Clock },
  signal: AbortSignal,
) => Promise<boolean>

// The upload may leave off before there is anything to keep.
export const keepCopy: KeepCopy = (...given) => keep(...given).catch(() => false)

const keep: KeepCopy = async (known, file, { journal, copies, clock }, signal) => {
  await clock.sleep(copyAfterMs, signal)
  if (!file || known.resumability !== 'reselect' || file.size > copies.file) return false
  const { size } = file
  const records = await journal.list()
  const kept = records.reduce((sum, record) => sum + (record.resumability === 'copy' ? record.size : 0), 0)
  const already = given.get(journal) ?? 0
  if (Math.max(kept, already) + size > copies.total) return false
  given.set(journal, already + size)
  signal.throwIfAborted()
  if (!(await journal.keep(known.key, file))) return false
  known.resumability = 'copy'
  return true
}

/**
 * The file that an earlier visit kept: from its handle, or from our copy; rejects with `file-…`. `interactive`: whether this is
 * the answer to a click, so that the browser may ask the person for permission.
 */
export type ReopenKept = (known: Known, journal: Journal, interactive: boolean) => Promise<File>

export const reopenKept: ReopenKept = async (known, journal, interactive) => {
  const kept = await journal.source(known.key)
  if (kept) return reopen(kept, known, interactive)
  known.resumability = 'reselect'
  throw new UploadError('file-needed', `Cannot read "${known.name}": choose the file again`)
}
