import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { SourceFile } from './source-file.ts'

/** MD5 of a file as lower-case hex. */
export async function checksumOf(path: string): Promise<string> {
  const hash = createHash('md5')
  await pipeline(createReadStream(path, { highWaterMark: 1024 ** 2 }), hash)
  return hash.digest('hex')
}

/**
 * Compares what a server has stored with what was sent, and removes it.
 *
 * @throws Error if there is not exactly one file of the size, or its bytes are others.
 */
export async function verifyAndRemove(dir: string, { size, md5 }: SourceFile): Promise<void> {
  const files = await filesIn(dir, size)
  const [path] = files
  if (path === undefined || files.length > 1)
    throw new Error(`Expected one file of ${size} bytes in ${dir}, got ${files.length}`)
  const stored = await checksumOf(path)
  if (stored !== md5) throw new Error(`Expected ${path} to have the MD5 ${md5}, got ${stored}`)
  await rm(path)
}

/** The files of that size in a folder, and in those below. */
export async function filesIn(dir: string, size: number): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size))
  return paths.filter((_, index) => sizes[index] === size)
}
