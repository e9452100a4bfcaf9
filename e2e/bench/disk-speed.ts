import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'

const batch = 1024 ** 2

/**
 * How fast a file can be written here at all, in bytes per second: a plain loop of writes with a sync after each chunk.
 *
 * @param chunkSize bytes between two syncs
 */
export async function diskSpeed(dir: string, size: number, chunkSize: number): Promise<number> {
  const path = join(dir, 'disk-speed.tmp')
  const bytes = Buffer.alloc(batch, 1)
  const handle = await open(path, 'w')
  try {
    const began = performance.now()
    for (let at = 0; at < size; at += batch) {
      await handle.write(bytes, 0, Math.min(batch, size - at), at)
      if ((at + batch) % chunkSize < batch) await handle.datasync()
    }
    await handle.datasync()
    return size / ((performance.now() - began) / 1000)
  } finally {
    await handle.close()
    await rm(path)
  }
}
