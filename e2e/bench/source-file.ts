import { createHash, randomFillSync } from 'node:crypto'
import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checksumOf } from './stored-file.ts'

/** The file that everybody uploads. */
export interface SourceFile {
  readonly path: string
  /** Bytes. */
  readonly size: number
  readonly md5: string
}

const block = 8 * 1024 ** 2

/** A file of random bytes in the folder; one that is there from an earlier run is taken again, if it is whole. */
export async function makeSourceFile(dir: string, size: number): Promise<SourceFile> {
  await mkdir(dir, { recursive: true })
  const path = join(dir, `random-${size}.bin`)
  const known = await readFile(`${path}.md5`, 'utf8').catch(() => undefined)
  // Reading it whole also brings it into memory, where it then is for everybody alike.
  if (known !== undefined && (await checksumOf(path)) === known) return { path, size, md5: known }
  const hash = createHash('md5')
  const handle = await open(`${path}.new`, 'w')
  try {
    for (let at = 0; at < size; at += block) {
      const bytes = randomFillSync(Buffer.allocUnsafe(Math.min(block, size - at)))
      hash.update(bytes)
      await handle.write(bytes)
    }
    await handle.datasync()
  } finally {
    await handle.close()
  }
  const md5 = hash.digest('hex')
  await rename(`${path}.new`, path)
  await writeFile(`${path}.md5`, md5)
  return { path, size, md5 }
}
