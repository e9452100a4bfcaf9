import { constants, copyFile, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { SessionRecord } from '../record.ts'
import { isCode, syncPath, type Root } from './disk-paths.ts'

/** Size of a file in bytes; -1 if there is none. */
export async function sizeOf(root: Root, relative: string): Promise<number> {
  try {
    return (await stat(root.at(relative))).size
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) return -1
    throw error
  }
}

/**
 * Gives a finished file its final name, durably (S14). Repeatable: one that has it already is left alone.
 *
 * @throws Error if the bytes are not as many as the record says.
 */
export async function publishFile(record: SessionRecord, from: Root, to: Root, durable: boolean): Promise<void> {
  const source = from.at(record.partial)
  const target = to.at(record.complete)
  const size = await sizeOf(from, record.partial)
  const moved = size < 0
  const found = moved ? await sizeOf(to, record.complete) : size
  if (found !== record.offset)
    throw new Error(`The stored file of ${record.id} has ${found} bytes where ${record.offset} are committed`)
  if (source === target) return
  if (!moved) await to.within(record.complete, () => move(source, target, durable))
  // Also of one that was moved before: the sync may be what failed then.
  if (!durable) return
  await to.syncNames(record.complete)
  if (dirname(target) !== dirname(source)) await from.syncNames(record.partial)
}

/** By name, or by copy, sync and rename where that is another file system. */
async function move(from: string, to: string, durable: boolean): Promise<void> {
  try {
    await rename(from, to)
  } catch (error) {
    if (!isCode(error, 'EXDEV')) throw error
    const temporary = `${to}.tmp`
    await rm(temporary, { force: true })
    // Refuses whatever may have been put there meanwhile.
    await copyFile(from, temporary, constants.COPYFILE_EXCL)
    if (durable) await syncPath(temporary)
    await rename(temporary, to)
    if (durable) await syncPath(dirname(to))
    await rm(from, { force: true })
  }
}
