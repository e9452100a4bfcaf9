import type { FileHandle } from 'node:fs/promises'
import type { ByteSource } from '../store.ts'
import { freePiece } from '../free-piece.ts'

const MiB = 1024 ** 2

/**
 * Bytes gathered for one write. Whole, large and contiguous is what a file system is fast with (measured on ext4: 1 MiB
 * in one piece costs a quarter of sixteen pieces of 64 KiB, by `writev` too); with many uploads at once memory matters
 * more.
 */
const batchSize = (writers: number): number => (writers <= few ? MiB : writers <= 4 * few ? MiB / 4 : MiB / 8)

/** So many writers receive while they write; when there are more, the others keep the disk busy meanwhile. */
const few = 4

/** Buffers kept for the next write, in bytes. */
const poolLimit = 4 * MiB
const pool: Uint8Array[] = []
let pooled = 0
let writers = 0

function take(): Uint8Array {
  const size = batchSize(writers)
  const at = pool.findIndex((buffer) => buffer.length === size)
  const [found] = at === -1 ? [] : pool.splice(at, 1)
  if (!found) return Buffer.allocUnsafeSlow(size)
  pooled -= size
  return found
}

function giveBack(buffer: Uint8Array): void {
  if (pooled + buffer.length > poolLimit) return
  pooled += buffer.length
  pool.push(buffer)
}

/**
 * Writes a source from `position` on, in batches, while the next batch is received. Tells after each batch how far the
 * bytes reach, and which they are; what it has told stays written whatever happens next.
 */
export async function writeBatches(
  handle: FileHandle,
  position: number,
  source: ByteSource,
  reached: (end: number, bytes: Uint8Array) => void,
): Promise<void> {
  writers += 1
  let batch = take()
  let filled = 0
  let at = position
  let writing: Promise<void> = Promise.resolve()

  async function flush(): Promise<void> {
    // One write at a time, so that the bytes that count are without a gap.
    await writing
    const [full, length, start] = [batch, filled, at]
    at += length
    filled = 0
    const bytes = full.subarray(0, length)
    writing = writeAll(handle, bytes, start).then(() => reached(start + length, bytes))
    // It is awaited before the next batch at the latest; until then a failure is nobody's surprise.
    writing.catch(() => {})
    if (writers > few) await writing
    else batch = take()
    if (batch !== full) void writing.catch(() => {}).then(() => giveBack(full))
  }

  async function finish(): Promise<void> {
    if (filled > 0) await flush()
    await writing
  }

  try {
    for await (const bytes of source) {
      for (let from = 0; from < bytes.length;) {
        const piece = bytes.subarray(from, from + batch.length - filled)
        batch.set(piece, filled)
        filled += piece.length
        from += piece.length
        if (filled === batch.length) await flush()
      }
      freePiece(bytes)
    }
  } finally {
    // What arrived before the source failed is worth writing too.
    try {
      await finish()
    } finally {
      giveBack(batch)
      writers -= 1
    }
  }
}

/** A write may take less than it was given (S12). */
export async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}
