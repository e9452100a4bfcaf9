import { createCipheriv, createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

/** A file on the disk. */
export interface DiskFile {
  readonly path: string
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** MD5 of its bytes: lower-case hex. */
  readonly md5: string
}

const KiB = 1024
export const MiB = 1024 * KiB

const block = 4 * MiB

/**
 * Makes a file whose bytes look like chance and are always the same for the same seed.
 *
 * @param seed what the bytes depend on; its name if absent
 */
export async function makeFile(folder: string, name: string, size: number, seed = name): Promise<DiskFile> {
  await mkdir(folder, { recursive: true })
  const path = join(folder, name)
  const hash = createHash('md5')
  // The key stream of a cipher: as random as bytes get, and faster than the disk takes them.
  const stream = createCipheriv('aes-128-ctr', createHash('md5').update(seed).digest(), Buffer.alloc(16))
  const zeros = Buffer.alloc(Math.min(block, size))
  const handle = await open(path, 'w')
  try {
    for (let at = 0; at < size; at += block) {
      const bytes = stream.update(zeros.subarray(0, Math.min(block, size - at)))
      hash.update(bytes)
      await handle.writeFile(bytes)
    }
  } finally {
    await handle.close()
  }
  return { path, name, size, md5: hash.digest('hex') }
}

/** A file that is made once for the whole run and shared by its tests, which must leave it as it is. */
export async function sharedFile(folder: string, name: string, size: number): Promise<DiskFile> {
  const note = join(folder, `${name}.json`)
  try {
    return JSON.parse(await readFile(note, 'utf8')) as DiskFile
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
  // Another worker may be at it as well: each writes its own, the last one stays, and both are alike.
  const made = await makeFile(folder, `${name}.${process.pid}`, size, name)
  const file = { ...made, name, path: join(folder, name) }
  await rename(made.path, file.path)
  await writeFile(note, JSON.stringify(file))
  return file
}

/** A file that has a size but, but for its two ends, no bytes: it takes no room on the disk. */
export async function makeSparseFile(folder: string, name: string, size: number): Promise<DiskFile> {
  await mkdir(folder, { recursive: true })
  const path = join(folder, name)
  const handle = await open(path, 'w')
  try {
    await handle.truncate(size)
    await handle.write('beginning', 0)
    await handle.write('end', size - 3)
  } finally {
    await handle.close()
  }
  return { path, name, size, md5: await md5Of(path) }
}

/** MD5 of a file: lower-case hex. */
export async function md5Of(path: string): Promise<string> {
  const hash = createHash('md5')
  await pipeline(createReadStream(path, { highWaterMark: block }), hash)
  return hash.digest('hex')
}
