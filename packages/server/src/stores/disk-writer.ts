import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { isProblem, UploadProblem } from '../problem.ts'
import type { ChecksumAlgorithm, SessionRecord } from '../record.ts'
import type { ChunkWriter } from '../store.ts'
import type { DigestedFile, DiskDigests } from './disk-digest.ts'
import { isCode, orClose, type Root } from './disk-paths.ts'
import type { DiskRecords } from './disk-records.ts'
import { createFileSync } from './disk-sync.ts'
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

/** A file of so many bytes at most is hashed as it comes: that is sooner done than asking the thread of the digests. */
const small = 64 * 1024

/** The thread of the digests hears of a chunk after so many more bytes of it. */
const aheadBytes = 4 * 1024 ** 2

/** Opens the bytes of a session for one chunk. */
export async function openWriter(record: SessionRecord, disk: Disk): Promise<ChunkWriter> {
  const { root, records, digests, durable, failing } = disk
  let named = records.get(record.id) !== undefined
  const handle = await openPart(record, disk)
  const sync = durable ? createFileSync(handle) : undefined
  let end = record.offset
  let committed = record.offset
  // How far the file reaches: what a failed request has left behind the offset must not stay.
  let reach = named ? (await orClose(handle, async () => handle.stat())).size : 0

  /** Of a small file, if all that was written is from its start on. */
  let proof: { readonly size: number; readonly hex: string } | undefined

  /** How far the thread of the digests has heard of bytes, committed or not. */
  let told = record.offset

  const digested = (algorithm: ChecksumAlgorithm): DigestedFile => ({
    id: record.id,
    path: root.at(record.partial),
    algorithm,
    size: committed,
  })

  function readAhead(to: number): void {
    if (!record.expects || to - told < aheadBytes) return
    told = to
    digests.ahead(digested(record.expects), to)
  }

  /** Before other bytes may take their place. */
  function takeBack(): void {
    if (!record.expects || told <= committed) return
    told = committed
    digests.advance(digested(record.expects))
  }

  /** Bytes first, then the record: after a crash in between the tail is cut, and nothing was answered (S12). */
  async function persist(next: SessionRecord): Promise<void> {
    if (reach > next.offset) await handle.truncate(next.offset)
    reach = next.offset
    if (sync) await Promise.all([sync.finish(), named || root.syncNames(record.partial)])
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
      proof = undefined
      takeBack()
      try {
        await writeBatches(handle, position, source, (to, bytes) => {
          end = to
          sync?.wrote(bytes.length)
          reach = Math.max(reach, to)
          const whole = to === bytes.length && to <= small
          proof = record.expects && whole ? { size: to, hex: hexOf(record.expects, bytes) } : undefined
          readAhead(to)
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
      told = committed
      if (!next.expects) return
      if (proof?.size === committed) digests.know(digested(next.expects), proof.hex)
      else digests.advance(digested(next.expects))
    },
    async close() {
      takeBack()
      try {
        if (reach > committed) await handle.truncate(committed)
      } finally {
        await handle.close()
      }
    },
  }
}

const hexOf = (algorithm: ChecksumAlgorithm, bytes: Uint8Array): string =>
  createHash(algorithm).update(bytes).digest('hex')

async function openPart(record: SessionRecord, { root, records }: Disk): Promise<FileHandle> {
  try {
    if (records.get(record.id)) return await root.open(record.partial, 'write')
    return await root.within(record.partial, () => root.open(record.partial, 'create'))
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
