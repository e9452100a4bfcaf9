import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { SessionRecord } from '../record.ts'
import { isCode } from './disk-paths.ts'
import { sizeOf } from './disk-publish.ts'
import type { Disk } from './disk-writer.ts'

/**
 * Mends what a crash can have left of a session: a tail that was never committed is cut, missing bytes end it (S12, I14).
 * Running it twice changes nothing more.
 */
export async function repairSession(record: SessionRecord, { root, records, durable }: Disk): Promise<void> {
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

const uuid = String.raw`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`

/**
 * Drops partial files that no record knows, of creations that a crash cut off (S34). Only names that this store gives to
 * partial files are touched: finished ones never, nor what else may lie in the folder.
 */
export async function removeOrphans({ root, records }: Disk, extension: string, ageMs: number): Promise<number> {
  const ours = new RegExp(`^(${uuid})${extension.replaceAll('.', '\\.')}(?:\\.[a-z0-9]{1,16})?$`)
  let removed = 0
  for (const entry of await readdir(root.path, { withFileTypes: true, recursive: true })) {
    const [, id] = ours.exec(entry.name) ?? []
    if (!entry.isFile() || id === undefined || records.get(id)) continue
    const path = join(entry.parentPath, entry.name)
    const mtimeMs = await modified(path)
    if (mtimeMs === undefined || mtimeMs > Date.now() - ageMs) continue
    await rm(path, { force: true })
    removed += 1
  }
  return removed
}

async function modified(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  }
}
