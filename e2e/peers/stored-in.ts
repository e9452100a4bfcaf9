import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type DiskFile, md5Of } from '../support/files.ts'

/** Counts the files anywhere in a folder that hold the bytes of another one, by size and MD5. */
export async function storedIn(folder: string, { size, md5 }: Pick<DiskFile, 'size' | 'md5'>): Promise<number> {
  // Before the first upload there is no folder.
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const sizes = await Promise.all(paths.map(async (path) => ({ path, size: (await stat(path)).size })))
  const digests = await Promise.all(sizes.filter((each) => each.size === size).map(({ path }) => md5Of(path)))
  return digests.filter((digest) => digest === md5).length
}
