import { createDigest } from '../digest.ts'
import { UploadProblem } from '../problem.ts'
import type { SessionRecord } from '../record.ts'
import type { ChunkWriter, UploadStore } from '../store.ts'

/** Runs of bytes, without gaps, in the order of their places. */
interface Kept {
  record: SessionRecord | undefined
  runs: Uint8Array[]
}

const sliceSize = 1024 ** 2

/**
 * Keeps bytes and records in memory, for tests, mocks and demos. Runs wherever the handler does; nothing outlives it. All
 * uploads together may take `limit` bytes; beyond it a write fails with `storage-full`.
 */
export function memoryStore({ limit = Infinity }: { readonly limit?: number } = {}): UploadStore {
  const kept = new Map<string, Kept>()
  const keys = new Map<string, string>()
  const paths = new Map<string, string>()
  let used = 0

  const keyOf = (owner: string | undefined, key: string): string => JSON.stringify([owner ?? null, key])

  function entryOf(id: string): Kept {
    const entry = kept.get(id) ?? { record: undefined, runs: [] }
    kept.set(id, entry)
    return entry
  }

  function put(record: SessionRecord): void {
    const entry = entryOf(record.id)
    const revision = entry.record?.revision ?? 0
    if (record.revision !== revision + 1)
      throw new UploadProblem('locked', `The session has changed meanwhile: revision ${revision}`, { retryAfter: 1 })
    if (record.key !== undefined) {
      const holder = keys.get(keyOf(record.owner, record.key))
      if (holder !== undefined && holder !== record.id)
        throw new UploadProblem('locked', 'Another request has just created this upload', { retryAfter: 1 })
      keys.set(keyOf(record.owner, record.key), record.id)
    }
    entry.record = record
  }

  function cut(entry: Kept, size: number): void {
    const kept = truncate(entry.runs, size)
    used -= sizeOf(entry.runs) - sizeOf(kept)
    entry.runs = kept
  }

  function writerOf(entry: Kept, start: SessionRecord): ChunkWriter {
    let end = start.offset
    let committed = entry.record ? entry.record.offset : 0
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
          // A copy: the source may use its memory again.
          entry.runs.push(bytes.slice())
          end += bytes.length
        }
      },
      async commit(record) {
        put(record)
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
    read: async (id) => kept.get(id)?.record,
    readKey: async (owner, key) => kept.get(keys.get(keyOf(owner, key)) ?? '')?.record,
    async *list() {
      for (const { record } of [...kept.values()]) if (record) yield record
    },
    writer: async (record) => writerOf(entryOf(record.id), record),
    commit: async (record) => put(record),
    async checksum(record, algorithm, signal) {
      const digest = await createDigest(algorithm)
      for (const run of truncate(kept.get(record.id)?.runs ?? [], record.offset))
        for (let at = 0; at < run.length; at += sliceSize) {
          signal?.throwIfAborted()
          digest.update(run.subarray(at, at + sliceSize))
        }
      return digest.hex()
    },
    async claim({ id }, path) {
      const holder = paths.get(path) ?? id
      paths.set(path, holder)
      return holder === id
    },
    isTaken: async (path) => paths.has(path),
    async publish({ id, complete }) {
      paths.set(complete, id)
    },
    async file(record) {
      const entry = kept.get(record.id)
      if (!entry?.record || entry.record.status === 'expired') return undefined
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
      if (paths.get(record.complete) === record.id) paths.delete(record.complete)
      if (keepRecord) return
      kept.delete(record.id)
      if (record.key !== undefined) keys.delete(keyOf(record.owner, record.key))
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
