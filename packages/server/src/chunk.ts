import { handedOver, type Lease } from './lock.ts'
import { isProblem, UploadProblem } from './problem.ts'
import type { ByteSource, ChunkWriter } from './store.ts'

/** A chunk as its request announces it. */
export interface ChunkFacts {
  readonly offset: number
  /** Bytes in the chunk, if the request says so beforehand: what exceeds it is counted but not stored. */
  readonly length?: number | undefined
  /** Bytes of the whole file, if the request tells. */
  readonly size?: number | undefined
  /** Bytes that are there already may come again: they are passed over. */
  readonly repeats?: boolean
  /** It must begin exactly where the session stands, even if its beginning was kept before. */
  readonly strict?: boolean
  /** It counts only if it came whole: nothing can vouch for its beginning alone. */
  readonly atomic?: boolean
  /** The file ends where it does: so much a size that was not told before is worth. */
  readonly last?: boolean
}

/** Takes the bytes of a chunk and tells how many came; called again, the last bytes count. */
export type WriteChunk = (source: ByteSource) => Promise<number>

/** Streams a chunk by `write`, and vouches for it by returning. The signal is aborted when the session is wanted elsewhere. */
export type Fill<T> = (write: WriteChunk, signal: AbortSignal) => Promise<T>

/** What came of a chunk: vouched for up to `end`, or only begun, with the reason why it is not more. */
export type Filled<T> =
  | { readonly whole: true; readonly end: number; readonly result: T }
  | { readonly whole: false; readonly end: number; readonly error: unknown }

/**
 * Writes one chunk from `start` on, under a lease. Rejects with what `fill` rejects with; but a chunk whose connection
 * broke, or whose writer was asked for the offset, is returned as begun: its beginning is worth keeping (F01, S16).
 */
export async function fillChunk<T>(
  writer: ChunkWriter,
  start: number,
  chunk: ChunkFacts,
  lease: Lease,
  fill: Fill<T>,
): Promise<Filled<T>> {
  let count = 0
  const skip = start - chunk.offset
  const room = chunk.length === undefined ? Infinity : chunk.length - skip
  const write: WriteChunk = async (source) => {
    count = 0
    const pass = counted(source, skip, room, lease, (length) => {
      count += length
    })
    await writer.write(start, pass)
    lease.signal.throwIfAborted()
    return count
  }
  try {
    const result = await fill(write, lease.signal)
    lease.signal.throwIfAborted()
    return { whole: true, end: start + Math.max(0, Math.min(count - skip, room)), result }
  } catch (cause) {
    const error = cause === handedOver ? stopped() : cause
    const keeps = lease.signal.aborted ? lease.signal.reason === handedOver : isProblem(error, 'incomplete-body')
    if (keeps && !chunk.atomic && writer.end > start) return { whole: false, end: writer.end, error }
    throw error
  }
}

const stopped = (): UploadProblem =>
  new UploadProblem('locked', 'Another request is at work on this upload', { retryAfter: 1 })

/** Passes on what is to be stored of a source, counting all of it. */
async function* counted(
  source: ByteSource,
  skip: number,
  room: number,
  lease: Lease,
  count: (length: number) => void,
): AsyncGenerator<Uint8Array> {
  let seen = 0
  for await (const bytes of source) {
    lease.signal.throwIfAborted()
    lease.active()
    count(bytes.length)
    const from = Math.max(0, skip - seen)
    const to = Math.min(bytes.length, skip + room - seen)
    seen += bytes.length
    if (from < to) yield bytes.subarray(from, to)
  }
}
