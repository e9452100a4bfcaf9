import { rm } from 'node:fs/promises'
import type { SourceFile } from '../source-file.ts'
import { checksumOf, filesIn } from '../stored-file.ts'

/**
 * Removes what a server has stored of a load, all of the same bytes; one of them is read whole and compared.
 *
 * @throws Error if there are not so many files of the size, or the bytes are others.
 */
export async function removeAll(dir: string, { size, md5 }: Omit<SourceFile, 'path'>, count: number): Promise<void> {
  const files = await filesIn(dir, size)
  const [path] = files
  if (path === undefined || files.length !== count)
    throw new Error(`Expected ${count} files of ${size} bytes in ${dir}, got ${files.length}`)
  const stored = await checksumOf(path)
  if (stored !== md5) throw new Error(`Expected ${path} to have the MD5 ${md5}, got ${stored}`)
  await Promise.all(files.map((file) => rm(file)))
}
