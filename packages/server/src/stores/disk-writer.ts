import type { FileHandle } from 'node:fs/promises'
import { isProblem, UploadProblem } from '../problem.ts'
import type { SessionRecord } from '../record.ts'
import type { ChunkWriter } from '../store.ts'
import type { DiskDigests } from './disk-digest.ts'
import { isCode, orClose, type Root } from './disk-paths.ts'
import type { DiskRecords } from './disk-records.ts'
import { writeBatches } from './disk-write.ts'

/** What a disk store works with once it is open. */
export interface Disk {
  /** Partial files and records. */
  readonly root: Root
  /** Finished files. */
  readonly done: Root
  readonly records: DiskRecords
  readonly digests: DiskDigests
  /** Whether what is answered must survive a power cut. */
  readonly durable: boolean
  /** Sessions whose last commit failed. */
  readonly failing: Set<string>
}

/** Opens the bytes of a session for one chunk. */
export async function openWriter(record: SessionRecord, disk: Disk): Promise<ChunkWriter> {
  const { root, records, digests, durable, failing } = disk
  let named = records.get(record.id) !== undefined
  const handle = await openPart(record, disk)
  let end = record.offset
  let committed = record.offset
  // How far the file reaches: what a failed request has left behind the offset must not stay.
  let reach = named ? (await orClose(handle, async () => handle.stat())).size : 0

  /** Bytes first, then the record: after a crash in between the tail is cut, and nothing was answered (S12). */
  async function persist(next: SessionRecord): Promise<void> {
    if (reach > next.offset) await handle.truncate(next.offset)
    reach = next.offset
    if (durable) await Promise.all([handle.datasync(), named || root.syncNames(record.partial)])
    named = true
    await records.put(next)
  }

  /** A failed sync may have lost pages that a second sync would not miss: after the second failure nothing is sure (S13). */
  async function fail(error: unknown): Promise<never> {
    if (isProblem(error) || isFull(error)) throw asProblem(error)
    const again = failing.has(record.id)
    failing.add(record.id)
    const current = records.get(record.id)
    if (again && current) await records.put({ ...current, status: 'failed', revision: current.revision + 1 })
    throw error
  }

  return {
    get end() {
      return end
    },
    async write(position, source) {
      end = position
      try {
        await writeBatches(handle, position, source, (to) => {
          end = to
          reach = Math.max(reach, to)
        })
      } catch (error) {
        // A write that failed may have gone some way.
        reach = Infinity
        throw asProblem(error)
      }
    },
    async commit(next) {
      await persist(next).catch(fail)
      committed = next.offset
      failing.delete(next.id)
      const { id, partial, expects, offset } = next
      if (expects) digests.advance({ id, path: root.at(partial), algorithm: expects, size: offset })
    },
    async close() {
      try {
        if (reach > committed) await handle.truncate(committed)
      } finally {
        await handle.close()
      }
    },
  }
}

async function openPart(record: SessionRecord, { root, records }: Disk): Promise<FileHandle> {
  try {
    if (records.get(record.id)) return await root.open(record.partial, 'write')
    await root.prepare(record.partial)
    return await root.open(record.partial, 'create')
  } catch (error) {
    throw asProblem(error)
  }
}

const isFull = (error: unknown): boolean => isCode(error, 'ENOSPC', 'EDQUOT')

/** A full disk is told as such; what else the system says is nobody's business outside. */
export function asProblem(error: unknown): unknown {
  if (!isFull(error)) return error
  return new UploadProblem('storage-full', 'No room is left for this upload', { cause: error })
}
