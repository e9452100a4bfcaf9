import { readdir, readFile, rename, rm } from 'node:fs/promises'
import { UploadProblem } from '../problem.ts'
import { sessionRecord, type SessionRecord } from '../record.ts'
import { isCode, syncPath, type Root } from './disk-paths.ts'

/**
 * The records of a disk store: one small file per session, to which each commit adds a line. The last whole line counts,
 * so a crash in mid-write leaves the record before it. An appended line costs one sync where a temp file and its rename
 * cost three.
 */
export interface DiskRecords {
  get(id: string): SessionRecord | undefined
  byKey(owner: string | undefined, key: string): SessionRecord | undefined
  all(): Iterable<SessionRecord>
  /** Durable when it resolves, unless the store is relaxed. */
  put(record: SessionRecord): Promise<void>
  remove(record: SessionRecord): Promise<void>
}

const folder = '.sessions'
const suffix = '.jsonl'
/** A file is written anew when its lines have grown to this, in bytes. */
const compactAt = 256 * 1024

export async function openRecords(root: Root, durable: boolean): Promise<DiskRecords> {
  const pathOf = (id: string): string => `${folder}/${id}${suffix}`
  await root.prepare(pathOf('x'))
  const records = new Map<string, SessionRecord>()
  const keys = new Map<string, string>()
  const sizes = new Map<string, number>()
  const keyOf = (owner: string | undefined, key: string): string => JSON.stringify([owner ?? null, key])

  function learn(record: SessionRecord): void {
    records.set(record.id, record)
    if (record.key !== undefined) keys.set(keyOf(record.owner, record.key), record.id)
  }

  for (const name of await readdir(root.at(folder))) {
    if (name.endsWith('.tmp')) await rm(root.at(`${folder}/${name}`), { force: true })
    if (!name.endsWith(suffix)) continue
    const text = await readFile(root.at(`${folder}/${name}`), 'utf8')
    const record = lastRecord(text)
    // Without one whole line the session was never answered for, and its bytes are orphans.
    if (!record) {
      await rm(root.at(`${folder}/${name}`), { force: true })
      continue
    }
    learn(record)
    // What a crash left of a line must not swallow the next one.
    if (!text.endsWith('\n')) await write(record, true)
    else sizes.set(record.id, Buffer.byteLength(text))
  }

  async function write(record: SessionRecord, anew: boolean): Promise<void> {
    const line = `${JSON.stringify(record)}\n`
    const target = pathOf(record.id)
    const size = sizes.get(record.id) ?? 0
    const fresh = anew || size === 0 || size > compactAt
    const name = fresh ? `${target}.tmp` : target
    if (fresh) await rm(root.at(name), { force: true })
    const handle = await root.open(name, fresh ? 'create' : 'append')
    // Until it has worked out the file may end in half a line, or in one that no sync will save: then it is written anew.
    sizes.delete(record.id)
    try {
      await handle.writeFile(line)
      if (durable) await handle.datasync()
    } catch (error) {
      // It was not answered, and its bytes go: after a crash the record before it must be found.
      if (!fresh) await handle.truncate(size).catch(() => {})
      throw error
    } finally {
      await handle.close()
    }
    if (fresh) {
      await rename(root.at(name), root.at(target))
      if (durable) await syncPath(root.at(folder))
    }
    sizes.set(record.id, (fresh ? 0 : size) + Buffer.byteLength(line))
  }

  return {
    get: (id) => records.get(id),
    byKey: (owner, key) => records.get(keys.get(keyOf(owner, key)) ?? ''),
    all: () => [...records.values()],
    async put(record) {
      const revision = records.get(record.id)?.revision ?? 0
      if (record.revision !== revision + 1)
        throw new UploadProblem('locked', `The session has changed meanwhile: revision ${revision}`, { retryAfter: 1 })
      const holder = record.key === undefined ? undefined : keys.get(keyOf(record.owner, record.key))
      if (holder !== undefined && holder !== record.id)
        throw new UploadProblem('locked', 'Another request has just created this upload', { retryAfter: 1 })
      await write(record, false)
      learn(record)
    },
    async remove(record) {
      await rm(root.at(pathOf(record.id)), { force: true })
      if (durable) await syncPath(root.at(folder))
      records.delete(record.id)
      sizes.delete(record.id)
      if (record.key !== undefined) keys.delete(keyOf(record.owner, record.key))
    },
  }
}

/** The records in a folder as they stand, without touching anything: another process may be writing them. */
export async function* readRecords(root: Root): AsyncGenerator<SessionRecord> {
  const names = await readdir(root.at(folder)).catch((error: unknown) => {
    if (isCode(error, 'ENOENT')) return []
    throw error
  })
  for (const name of names) {
    if (!name.endsWith(suffix)) continue
    const record = lastRecord(await readFile(root.at(`${folder}/${name}`), 'utf8').catch(() => ''))
    if (record) yield record
  }
}

function lastRecord(text: string): SessionRecord | undefined {
  for (const line of text.split('\n').toReversed()) {
    const parsed = sessionRecord.safeParse(readLine(line))
    if (parsed.success) return parsed.data
  }
  return undefined
}

function readLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
