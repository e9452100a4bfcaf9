import { createHash, randomFillSync } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checksumOf, filesIn } from './stored-file.ts'

/** Many files of random bytes. */
export interface SmallFiles {
  readonly paths: readonly string[]
  /** MD5 of each, sorted. */
  readonly md5s: readonly string[]
}

/** Makes so many files of so many bytes in a folder of their own. */
export async function makeSmallFiles(dir: string, count: number, size: number): Promise<SmallFiles> {
  const folder = join(dir, 'small')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const [paths, md5s] = [[] as string[], [] as string[]]
  for (let index = 0; index < count; index += 1) {
    const bytes = randomFillSync(Buffer.allocUnsafe(size))
    const path = join(folder, `small-${String(index).padStart(5, '0')}.bin`)
    await writeFile(path, bytes)
    paths.push(path)
    md5s.push(createHash('md5').update(bytes).digest('hex'))
  }
  return { paths, md5s: md5s.toSorted() }
}

/**
 * Compares what a server has stored with what was sent, and removes it.
 *
 * @throws Error if a file is missing, is there twice, or its bytes are others.
 */
export async function verifyAndRemoveAll(dir: string, size: number, { md5s }: SmallFiles): Promise<void> {
  const stored = await filesIn(dir, size)
  const found = []
  for (const path of stored) found.push(await checksumOf(path))
  if (found.toSorted().join() !== md5s.join())
    throw new Error(`Expected the ${md5s.length} files that were sent in ${dir}, got ${stored.length}, or others`)
  // Files only: the server knows which folders it has made.
  for (const path of stored) await rm(path)
}
