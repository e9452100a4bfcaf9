import type { ChunkFacts } from './chunk.ts'
import { UploadProblem } from './problem.ts'
import type { SessionRecord } from './record.ts'
import type { SessionFacts } from './session.ts'

/** How long sessions live, in milliseconds. */
export interface Lifetimes {
  /** Of an unfinished upload, from its last durable byte. */
  readonly lifetimeMs: number
  /** Of one that has no byte yet. */
  readonly emptyLifetimeMs: number
  /** Of a finished upload, from its end. */
  readonly retentionMs: number
  /** Whether finished uploads answer as expired after `lifetimeMs` too, though they are kept. */
  readonly completedExpire: boolean
}

/** When a session is to be swept, in milliseconds since 1970; `Infinity` for never. */
export function endOf(session: SessionRecord, { lifetimeMs, emptyLifetimeMs, retentionMs }: Lifetimes): number {
  if (session.status !== 'complete') {
    const isEmpty = session.offset === 0 && session.size !== 0
    return session.touchedAt + (isEmpty ? Math.min(emptyLifetimeMs, lifetimeMs) : lifetimeMs)
  }
  return (session.completedAt ?? session.touchedAt) + retentionMs
}

/** When it begins to answer as expired: finished ones do long before they are swept, where they do at all. */
export function expiryOf(session: SessionRecord, lifetimes: Lifetimes): number {
  const end = endOf(session, lifetimes)
  return lifetimes.completedExpire ? Math.min(end, session.touchedAt + lifetimes.lifetimeMs) : end
}

/** Whether nothing can be done with a session any more. */
export const isGone = (session: SessionRecord, lifetimes: Lifetimes, now: number): boolean =>
  session.status === 'failed' || session.status === 'expired' || expiryOf(session, lifetimes) <= now

/** Throws `gone` or `completed` for a session that takes nothing more. */
export function checkOpen(session: SessionRecord, lifetimes: Lifetimes, now: number): void {
  if (isGone(session, lifetimes, now)) throw new UploadProblem('gone', 'Upload has expired')
  if (session.status !== 'uploading') throw new UploadProblem('completed', 'Upload is already complete')
}

/** Throws `offset-mismatch` or `malformed` for a chunk that does not go on where the session stands. */
export function checkPlace(session: SessionRecord, chunk: ChunkFacts): void {
  const { offset, length, size } = chunk
  const mismatch = (): UploadProblem =>
    new UploadProblem('offset-mismatch', 'Offsets do not match', { offset: session.offset })
  // A chunk whose beginning was kept may come again whole: clients that do not ask for the offset send it so.
  const again = !chunk.strict && offset < session.offset && (chunk.repeats === true || offset === session.kept)
  if (offset !== session.offset && !again) throw mismatch()
  if (size !== undefined && session.size !== undefined && size !== session.size)
    throw new UploadProblem('malformed', `Total differs from the one at the start (${session.size} bytes)`, {
      about: 'length',
    })
  checkEnd(chunk, session.size ?? size)
  if (again && length !== undefined && offset + length < session.offset) throw mismatch()
}

/** Throws `malformed` for a chunk with bytes behind the last one of the file (S09). */
export function checkEnd({ offset, length = 0 }: ChunkFacts, size: number | undefined): void {
  if (length > 0 && size !== undefined && offset + length > size)
    throw new UploadProblem('malformed', `End of chunk exceeds reported total (${size} bytes)`, { about: 'length' })
}

/**
 * Throws `malformed` for a chunk of less than `least` bytes (S38): each one costs a sync. Not for the last one of a file of
 * `size` bytes, nor for an empty one, which only asks.
 */
export function checkSpan(start: number, end: number, size: number | undefined, least: number): void {
  if (end === start || end - start >= least || end === size) return
  throw new UploadProblem('malformed', `A chunk must have at least ${least} bytes, or be the last one`)
}

/** The next revision of a session. */
export const advance = (session: SessionRecord, change: Partial<SessionRecord>): SessionRecord => ({
  ...session,
  kept: undefined,
  ...change,
  revision: session.revision + 1,
})

/**
 * Whether a crash has cut its end off: between the checksum and the hook, or in tus, where nobody comes back for an upload
 * that has all its bytes, before that.
 */
export function isCutOff({ status, tus, part, offset, size }: SessionRecord): boolean {
  return status === 'verifying' || (status === 'uploading' && tus !== undefined && !part && offset === size)
}

/** Whether a repeated creation brings bytes that are still missing. */
export function goesOn({ status, offset, kept }: SessionRecord, chunk: ChunkFacts): boolean {
  if (status !== 'uploading') return false
  // The beginning of this very chunk may have been kept when its first try was cut off.
  const again = chunk.repeats === true || (kept === chunk.offset && (chunk.length ?? Infinity) >= offset)
  return offset === chunk.offset || again
}

/** Throws `completed` for a creation that repeats the key of another file. */
export function checkSame(session: SessionRecord, { filename, size }: SessionFacts, chunk: ChunkFacts): void {
  const told = size ?? chunk.size
  const sameSize = told === undefined || session.size === undefined || told === session.size
  if (filename === session.filename && sameSize) return
  throw new UploadProblem('completed', 'This upload_key was given to another file', { status: 409 })
}
