import { copyFile, readdir, rename, rm, stat, unlink } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isProblem, UploadProblem } from '../problem.ts'
import type { SessionRecord } from '../record.ts'
import type { ChunkWriter, UploadStore } from '../store.ts'
import { claimFolder, releaseFolder } from './disk-claim.ts'
import { createDiskDigests, type DiskDigests } from './disk-digest.ts'
import { isCode, openRoot, syncFolder, type Root } from './disk-paths.ts'
import { openRecords, type DiskRecords } from './disk-records.ts'
import { writeBatches } from './disk-write.ts'

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

interface Opened {
  readonly root: Root
  readonly done: Root
  readonly records: DiskRecords
  readonly digests: DiskDigests
}

/**
 * Keeps uploads in a folder: bytes at their explicit place in a `.part` file, synced, then the offset committed, then
 * the answer; a finished file gets its final name. One process per folder.
 *
 * @example
 * createUploadHandler({ store: diskStore({ dir: './uploads' }) })
 */
export function diskStore({ dir, doneDir = dir, durability = 'strict' }: DiskStoreOptions): UploadStore {
  if (typeof dir !== 'string' || dir === '')
    throw new TypeError(`Option dir: expected a folder, got ${JSON.stringify(dir)}`)
  if (durability !== 'strict' && durability !== 'relaxed')
    throw new TypeError(`Option durability: expected "strict" or "relaxed", got ${JSON.stringify(durability)}`)
  const durable = durability === 'strict'
  let opening: Promise<Opened> | undefined

  async function openAll(): Promise<Opened> {
    const root = await openRoot(dir)
    await claimFolder(root)
    const done = await openRoot(doneDir)
    const records = await openRecords(root, durable)
    const opened = { root, done, records, digests: createDiskDigests() }
    for (const record of records.all()) await repair(record, opened)
    return opened
  }

  const opened = (): Promise<Opened> =>
    (opening ??= openAll().catch((error: unknown) => {
      opening = undefined
      throw error
    }))

  /** What a crash can have left: a tail that was never committed is cut, missing bytes end the session (S12, I14). */
  async function repair(record: SessionRecord, { root, records }: Opened): Promise<void> {
    if (record.status !== 'uploading') return
    const size = await sizeOf(root, record.partial)
    if (size === record.offset) return
    if (size < record.offset) {
      await records.put({ ...record, status: 'failed', revision: record.revision + 1 })
      return
    }
    const handle = await root.open(record.partial, 'write')
    try {
      await handle.truncate(record.offset)
      if (durable) await handle.datasync()
    } finally {
      await handle.close()
    }
  }

  async function openPart(record: SessionRecord, root: Root, fresh: boolean): Promise<FileHandle> {
    if (!fresh) return root.open(record.partial, 'write')
    await root.prepare(record.partial)
    const handle = await root.open(record.partial, 'create')
    if (durable) await syncFolder(dirname(root.at(record.partial)))
    return handle
  }

  async function writerOf(record: SessionRecord): Promise<ChunkWriter> {
    const { root, records, digests } = await opened()
    const fresh = records.get(record.id) === undefined
    const handle = await openPart(record, root, fresh).catch(asProblem)
    let end = record.offset
    let committed = record.offset
    // How far the file reaches; a commit cuts what lies behind its offset.
    let reach = fresh ? 0 : Infinity
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
          return asProblem(error)
        }
      },
      async commit(next) {
        try {
          if (reach > next.offset) await handle.truncate(next.offset)
          reach = next.offset
          if (durable) await handle.datasync()
          await records.put(next)
        } catch (error) {
          return asProblem(error)
        }
        committed = next.offset
        if (next.expects)
          digests.advance({ id: next.id, path: root.at(next.partial), algorithm: next.expects, size: next.offset })
      },
      async close() {
        try {
          if (end > committed && reach > committed) await handle.truncate(committed)
        } finally {
          await handle.close()
        }
      },
    }
  }

  async function publish(record: SessionRecord, { root, done }: Opened): Promise<void> {
    const from = root.at(record.partial)
    const to = done.at(record.complete)
    if (from === to || (await sizeOf(root, record.partial)) < 0) return
    await done.prepare(record.complete)
    await move(from, to, durable)
  }

  return {
    async open() {
      await opened()
    },
    async close() {
      const current = await opening?.catch(() => undefined)
      opening = undefined
      await current?.digests.close()
      if (current) await releaseFolder(current.root)
    },
    read: async (id) => (await opened()).records.get(id),
    readKey: async (owner, key) => (await opened()).records.byKey(owner, key),
    async *list() {
      yield* (await opened()).records.all()
    },
    writer: writerOf,
    async commit(record) {
      const { records } = await opened()
      await records.put(record).catch(asProblem)
    },
    async checksum(record, algorithm, signal) {
      const { root, digests } = await opened()
      const path = root.at(record.partial)
      // Another checksum than the one that is kept along is made for itself alone.
      const id = algorithm === record.expects ? record.id : `${record.id} ${algorithm}`
      try {
        return await digests.checksum({ id, path, algorithm, size: record.offset }, signal)
      } finally {
        if (id !== record.id) digests.forget(id)
      }
    },
    async publish(record) {
      const current = await opened()
      await publish(record, current).catch(asProblem)
      current.digests.forget(record.id)
    },
    async file(record) {
      const { root, done } = await opened()
      const [home, name] = record.status === 'complete' ? [done, record.complete] : [root, record.partial]
      if ((await sizeOf(home, name)) < 0) return undefined
      return { path: home.at(name), stream: (start = 0, end = Infinity) => readFile(home, name, start, end) }
    },
    async remove(record, { keepRecord = false } = {}) {
      const { root, done, records, digests } = await opened()
      digests.forget(record.id)
      // The record goes first: bytes without one are orphans, a record without bytes would be a lie.
      if (!keepRecord && records.get(record.id)) await records.remove(record)
      await rm(root.at(record.partial), { force: true })
      await rm(done.at(record.complete), { force: true })
    },
    async removeOrphans(ageMs) {
      const { root, done, records } = await opened()
      const wanted = new Set<string>()
      for (const record of records.all()) {
        wanted.add(root.at(record.partial))
        wanted.add(done.at(record.complete))
      }
      let removed = 0
      for (const path of await filesUnder(root.path)) {
        if (wanted.has(path) || path.includes('/.sessions/')) continue
        const { mtimeMs } = await stat(path)
        if (mtimeMs > Date.now() - ageMs) continue
        await rm(path, { force: true })
        removed += 1
      }
      return removed
    },
  }
}

/** Size of a file in bytes; -1 if there is none. */
async function sizeOf(root: Root, relative: string): Promise<number> {
  try {
    return (await stat(root.at(relative))).size
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) return -1
    throw error
  }
}

/** Gives a file its final place: by name, or by copy, sync and rename where that is another file system. */
async function move(from: string, to: string, durable: boolean): Promise<void> {
  try {
    await rename(from, to)
  } catch (error) {
    if (!isCode(error, 'EXDEV')) throw error
    const temporary = `${to}.tmp`
    await copyFile(from, temporary)
    if (durable) await syncFolder(temporary)
    await rename(temporary, to)
    await syncFolder(dirname(to))
    await unlink(from)
  }
  if (!durable) return
  await syncFolder(dirname(to))
  await syncFolder(dirname(from))
}

function asProblem(error: unknown): never {
  if (isProblem(error)) throw error
  if (isCode(error, 'ENOSPC', 'EDQUOT'))
    throw new UploadProblem('storage-full', 'No room is left for this upload', { cause: error })
  throw error
}
async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => `${entry.parentPath}/${entry.name}`)
}

function readFile(root: Root, name: string, start: number, end: number): ReadableStream<Uint8Array> {
  let handle: FileHandle | undefined
  let at = start
  return new ReadableStream(
    {
      async pull(controller) {
        handle ??= await root.open(name, 'read')
        const length = Math.min(1024 ** 2, end - at)
        const buffer = new Uint8Array(Math.max(0, length))
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, at)
        at += bytesRead
        if (bytesRead > 0) controller.enqueue(buffer.subarray(0, bytesRead))
        else {
          await handle.close()
          controller.close()
        }
      },
      async cancel() {
        await handle?.close()
      },
    },
    { highWaterMark: 0 },
  )
}
