import { rm, statfs, type FileHandle } from 'node:fs/promises'
import type { Space, UploadStore } from '../store.ts'
import { claimFolder, releaseFolder } from './disk-claim.ts'
import { createDiskDigests } from './disk-digest.ts'
import { claimName, isTaken } from './disk-name.ts'
import { openRoot, orClose, type Root } from './disk-paths.ts'
import { publishFile, sizeOf } from './disk-publish.ts'
import { openRecords } from './disk-records.ts'
import { removeOrphans, repairSession } from './disk-repair.ts'
import { asProblem, openWriter, type Disk } from './disk-writer.ts'

/** Options of {@link diskStore}. */
export interface DiskStoreOptions {
  /** Folder of the partial files and of what is known of them; made if it is not there. */
  readonly dir: string
  /** Folder of the finished files, also on another file system; default: `dir`. */
  readonly doneDir?: string
  /**
   * `strict` (default): an answered byte survives a power cut. `relaxed`: it survives a crash of the server, but a power
   * cut may take what the system had not written yet; such an upload answers 410 afterwards and begins anew.
   */
  readonly durability?: 'strict' | 'relaxed'
}

/**
 * Keeps uploads in a folder: bytes at their explicit place in a `.part` file, synced, then the offset committed, then
 * the answer; a finished file gets its final name. One process per folder: opening it rejects with `FolderTakenError`
 * while another one has it. Records of all sessions are held in memory too, about 1 kB each.
 *
 * @throws TypeError for an option that is wrong.
 * @example
 * createUploadHandler({ store: diskStore({ dir: './uploads' }) })
 */
export function diskStore({ dir, doneDir = dir, durability = 'strict' }: DiskStoreOptions): UploadStore {
  for (const [name, value] of Object.entries({ dir, doneDir }))
    if (typeof value !== 'string' || value === '')
      throw new TypeError(`Option ${name}: expected a folder, got ${JSON.stringify(value)}`)
  if (durability !== 'strict' && durability !== 'relaxed')
    throw new TypeError(`Option durability: expected "strict" or "relaxed", got ${JSON.stringify(durability)}`)
  const durable = durability === 'strict'
  let opening: Promise<Disk> | undefined

  async function openDisk(): Promise<Disk> {
    const root = await openRoot(dir)
    await claimFolder(root)
    const done = await openRoot(doneDir)
    const records = await openRecords(root, durable)
    const disk = { root, done, records, digests: createDiskDigests(), durable, failing: new Set<string>() }
    try {
      for (const record of records.all()) await repairSession(record, disk)
    } catch (error) {
      // The next request tries again, and opens its own.
      await records.close()
      throw error
    }
    return disk
  }

  const opened = (): Promise<Disk> =>
    (opening ??= openDisk().catch((error: unknown) => {
      opening = undefined
      throw error
    }))

  return {
    async open() {
      await opened()
    },
    async close() {
      const disk = await opening?.catch(() => undefined)
      opening = undefined
      await disk?.digests.close()
      await disk?.records.close()
      if (disk) await releaseFolder(disk.root)
    },
    read: async (id) => (await opened()).records.get(id),
    readKey: async (owner, key) => (await opened()).records.byKey(owner, key),
    async *list() {
      yield* (await opened()).records.all()
    },
    writer: async (record) => openWriter(record, await opened()),
    async commit(record) {
      const { records } = await opened()
      await records.put(record).catch((error: unknown) => {
        throw asProblem(error)
      })
    },
    async checksum(record, algorithm, signal) {
      const { root, done, digests } = await opened()
      const path = record.status === 'complete' ? done.at(record.complete) : root.at(record.partial)
      // Another checksum than the one that is kept along is made for itself alone.
      const id = algorithm === record.expects ? record.id : `${record.id} ${algorithm}`
      try {
        return await digests.checksum({ id, path, algorithm, size: record.offset }, signal)
      } finally {
        if (id !== record.id) digests.forget(id)
      }
    },
    async claim(record, path) {
      const { done } = await opened()
      return claimName(done, path, record.id).catch((error: unknown) => {
        throw asProblem(error)
      })
    },
    isTaken: async (path) => isTaken((await opened()).done, path),
    async publish(record) {
      const { root, done, digests } = await opened()
      await publishFile(record, root, done, durable).catch((error: unknown) => {
        throw asProblem(error)
      })
      digests.forget(record.id)
    },
    async file(record) {
      const { root, done } = await opened()
      const [home, name] = record.status === 'complete' ? [done, record.complete] : [root, record.partial]
      if ((await sizeOf(home, name)) < 0) return undefined
      return { path: home.at(name), stream: (start = 0, end = Infinity) => readFile(home, name, start, end) }
    },
    async remove(record, { keepRecord = false } = {}) {
      const { root, done, records, digests, failing } = await opened()
      digests.forget(record.id)
      failing.delete(record.id)
      const kept = keepRecord ? undefined : records.get(record.id)
      const ended = kept?.status === 'expired'
      // A record that says that it has ended goes last: whatever a crash leaves, the next sweep finds by it (S34). Any other
      // goes first, or it would speak of bytes that are gone.
      if (kept && !ended) await records.remove(record)
      await rm(root.at(record.partial), { force: true })
      await rm(done.at(record.complete), { force: true })
      if (ended) await records.remove(record)
    },
    removeOrphans: async (extension, ageMs) => removeOrphans(await opened(), extension, ageMs),
    async space() {
      const { root, done } = await opened()
      const [partial, finished] = await Promise.all([spaceAt(root.path), spaceAt(done.path)])
      // A file needs its room on both, and the smaller one ends it.
      return finished.free < partial.free ? finished : partial
    },
  }
}

async function spaceAt(path: string): Promise<Space> {
  const { bavail, blocks, bsize } = await statfs(path)
  return { free: bavail * bsize, size: blocks * bsize }
}

const pieceSize = 1024 ** 2

function readFile(root: Root, name: string, start: number, end: number): ReadableStream<Uint8Array> {
  let handle: FileHandle | undefined
  let at = start
  return new ReadableStream(
    {
      async pull(controller) {
        const opened = (handle ??= await root.open(name, 'read'))
        const buffer = new Uint8Array(Math.max(0, Math.min(pieceSize, end - at)))
        const { bytesRead } = await orClose(opened, async () => opened.read(buffer, 0, buffer.length, at))
        at += bytesRead
        if (bytesRead > 0) {
          controller.enqueue(buffer.subarray(0, bytesRead))
          return
        }
        await opened.close()
        controller.close()
      },
      async cancel() {
        await handle?.close()
      },
    },
    { highWaterMark: 0 },
  )
}
