import { createDigest } from '../digest.ts'
import { UploadProblem } from '../problem.ts'
import { memoryRecords } from '../records/memory.ts'
import type { SessionRecord } from '../record.ts'
import type { ChunkWriter, UploadStore } from '../store.ts'

/** Runs of bytes, without gaps, in the order of their places. */
interface Bytes {
  runs: Uint8Array[]
}

const sliceSize = 1024 ** 2

/**
 * Keeps bytes and records in memory, for tests, mocks and demos. Runs wherever the handler does; nothing outlives it. All
 * uploads together may take `limit` bytes; beyond it a write fails with `storage-full`.
 */
export function memoryStore({ limit = Infinity }: { readonly limit?: number } = {}): UploadStore {
  const records = memoryRecords()
  const kept = new Map<string, Bytes>()
  let used = 0

  function entryOf(id: string): Bytes {
    const entry = kept.get(id) ?? { runs: [] }
    kept.set(id, entry)
    return entry
  }

  function cut(entry: Bytes, size: number): void {
    const kept = truncate(entry.runs, size)
    used -= sizeOf(entry.runs) - sizeOf(kept)
    entry.runs = kept
  }

  function writerOf(entry: Bytes, start: SessionRecord, known: SessionRecord | undefined): ChunkWriter {
    let end = start.offset
    let committed = known?.offset ?? 0
    return {
      get end() {
        return end
      },
      async write(position, source) {
        cut(entry, position)
        end = position
        for await (const bytes of source) {
          if (used + bytes.length > limit) throw new UploadProblem('storage-full', 'No room is left for this upload')
          used += bytes.length
          entry.runs.push(bytes)
          end += bytes.length
        }
      },
      async commit(record) {
        await records.commit(record)
        cut(entry, record.offset)
        committed = record.offset
      },
      async close() {
        cut(entry, committed)
      },
    }
  }

  return {
    open: async () => {},
    close: async () => {},
    read: async (id) => (await records.read(id))?.record,
    readKey: async (owner, key) => (await records.readKey(owner, key))?.record,
    async *list() {
      for await (const { record } of records.list()) yield record
    },
    writer: async (record) => writerOf(entryOf(record.id), record, (await records.read(record.id))?.record),
    commit: async (record) => records.commit(record),
    async checksum(record, algorithm, signal) {
      const digest = await createDigest(algorithm)
      for (const run of truncate(kept.get(record.id)?.runs ?? [], record.offset))
        for (let at = 0; at < run.length; at += sliceSize) {
          signal?.throwIfAborted()
          digest.update(run.subarray(at, at + sliceSize))
        }
      return digest.hex()
    },
    claim: async ({ id }, path) => records.claim(id, path),
    isTaken: async (path) => records.isTaken(path),
    async publish({ id, complete }) {
      await records.claim(id, complete)
    },
    async file(record) {
      const entry = kept.get(record.id)
      const known = await records.read(record.id)
      if (!entry || !known || known.record.status === 'expired') return undefined
      const { runs } = entry
      return {
        stream(start = 0, end = Infinity) {
          let at = 0
          const wanted = runs.flatMap((run) => {
            const part = run.subarray(Math.max(0, start - at), Math.max(0, end - at))
            at += run.length
            return part.length > 0 ? [part] : []
          })
          return new ReadableStream({
            pull(controller) {
              const next = wanted.shift()
              if (next) controller.enqueue(next)
              else controller.close()
            },
          })
        },
      }
    },
    async remove(record, { keepRecord = false } = {}) {
      const entry = kept.get(record.id)
      if (!entry) return
      cut(entry, 0)
      await records.release(record.id, record.complete)
      if (keepRecord) return
      kept.delete(record.id)
      await records.remove(record)
    },
    removeOrphans: async () => 0,
    space: async () => (limit === Infinity ? undefined : { free: limit - used, size: limit }),
  }
}

const sizeOf = (runs: readonly Uint8Array[]): number => runs.reduce((sum, run) => sum + run.length, 0)

function truncate(runs: readonly Uint8Array[], size: number): Uint8Array[] {
  let left = size
  return runs.flatMap((run) => {
    const part = run.subarray(0, Math.max(0, left))
    left -= run.length
    return part.length > 0 ? [part] : []
  })
}
