import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import { makeFolder } from './folder.ts'
import type { Server } from './server.ts'

const run = promisify(execFile)

/** A disk of its own, in a file. */
export interface Disk {
  /** Where it is mounted. */
  readonly path: string
  /** Takes what is on the disk at this moment, as a power cut would leave it: what is in memory only is not in it. */
  cut(server: Server): Promise<string>
}

/** Whether file systems can be mounted here, which takes root and more; says so where not. */
export async function canMount(): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'chunkwise-faults-'))
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder])
    await run('umount', [folder])
    return true
  } catch {
    console.error('Power cuts are left out: mounting a file system needs root')
    return false
  } finally {
    await rmdir(folder)
  }
}

/** Makes an ext4 file system in a file and mounts it. It writes when it is told to, and not by itself for long. */
export async function makeDisk(): Promise<Disk> {
  const folder = await makeFolder()
  const image = join(folder, 'disk')
  await run('truncate', ['-s', '48M', image])
  await run('mkfs.ext4', ['-q', '-F', '-J', 'size=4', '-E', 'lazy_itable_init=0,lazy_journal_init=0', image])
  const path = await mount(image, 'commit=600')
  let cuts = 0
  return {
    path,
    async cut(server) {
      const copy = join(folder, `cut-${(cuts += 1)}`)
      // Stopped, so that nothing is written while it is copied.
      process.kill(server.pid, 'SIGSTOP')
      try {
        await run('cp', ['--sparse=always', image, copy])
      } finally {
        process.kill(server.pid, 'SIGCONT')
      }
      return copy
    },
  }
}

/** Mounts an image beside itself; gives where. */
export async function mount(image: string, options = 'defaults'): Promise<string> {
  const path = `${image}.mount`
  await mkdir(path)
  await run('mount', ['-o', `loop,${options}`, image, path])
  onTestFinished(() => unmount(path))
  return path
}

/** Repeatable. */
export async function unmount(path: string): Promise<void> {
  await run('umount', ['-l', path]).catch(() => {})
}
