import { open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { median } from './statistics.ts'

/** Waits for a disk that is still busy with what was. */
export interface CalmDisk {
  /** Resolves when small synced writes are about as fast again as they were at the beginning, or after `patienceMs`. */
  calm(): Promise<void>
  close(): Promise<void>
}

const patienceMs = 20_000
const pauseMs = 200
const probeBytes = 1024 ** 2
// So many writes in a row must be fast: what a file system puts off comes in bursts.
const inARow = 8

/**
 * Removing a large file goes on after it is gone: the journal is committed, and then the disk is told which blocks are free.
 * Whoever uploads next would pay for it.
 */
export async function openCalmDisk(dir: string): Promise<CalmDisk> {
  const handle = await open(join(dir, 'probe.tmp'), 'w')
  await writeSynced(handle)
  const times: number[] = []
  while (times.length < inARow) times.push(await writeSynced(handle))
  const usual = median(times)
  return {
    async calm() {
      // Changes its size, so that the journal is committed now and not in some seconds.
      await handle.truncate(0)
      await handle.sync()
      const until = performance.now() + patienceMs
      for (let fast = 0; fast < inARow && performance.now() < until; await sleep(pauseMs))
        fast = (await writeSynced(handle)) < 3 * usual ? fast + 1 : 0
    },
    close: () => handle.close(),
  }
}

async function writeSynced(handle: FileHandle): Promise<number> {
  const began = performance.now()
  await handle.write(new Uint8Array(probeBytes), 0, probeBytes, 0)
  await handle.datasync()
  return performance.now() - began
}
