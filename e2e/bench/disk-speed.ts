import { randomFillSync } from 'node:crypto'
import { open, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'

const batch = 1024 ** 2

/**
 * How fast files can be written here at all, in bytes per second: a plain loop of writes with a sync after each chunk.
 *
 * @param size bytes of each file
 * @param chunkSize bytes between two syncs
 * @param files written in turn, a chunk of each after the other
 */
export async function diskSpeed(dir: string, size: number, chunkSize: number, files = 1): Promise<number> {
  const bytes = randomFillSync(Buffer.allocUnsafe(batch))
  const paths = Array.from({ length: files }, (_, index) => join(dir, `disk-speed-${index}.tmp`))
  const handles: FileHandle[] = []
  try {
    for (const path of paths) handles.push(await open(path, 'w'))
    const began = performance.now()
    for (let start = 0; start < size; start += chunkSize) {
      const end = Math.min(start + chunkSize, size)
      for (const handle of handles) {
        for (let at = start; at < end; at += batch) await handle.write(bytes, 0, Math.min(batch, end - at), at)
        await handle.datasync()
      }
    }
    return (files * size) / ((performance.now() - began) / 1000)
  } finally {
    for (const handle of handles) await handle.close()
    for (const path of paths) await rm(path, { force: true })
  }
}
