import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import type { Server } from './server.ts'

/** Calls that change what is on a disk, or stand between two that do; with `?` those that not every processor has. */
const calls = [
  ...['openat', 'statx', 'write', 'pwrite64', 'fdatasync', 'fsync', 'ftruncate'],
  ...['?mkdir', '?mkdirat', '?rename', '?renameat', '?renameat2', '?unlink', '?unlinkat'],
]

/** Whether system calls can be taken here; says so where not. */
export function canTrace(): boolean {
  if (spawnSync('strace', ['-qq', '-e', 'trace=none', 'true']).status === 0) return true
  console.error('System calls are left alone: that needs strace, and leave to use it')
  return false
}

/** A hand on the system calls of a process. */
export interface Tracer {
  /** Lets go; resolves with what was written down, a call a line. */
  detach(): Promise<readonly string[]>
}

/**
 * Takes the system calls of the threads that do a process's work with files: all but the first one, which never waits for
 * a disk. Counts begin here, so the N-th call of a kind is the same one each time.
 *
 * @param inject what is done to them, in the words of `strace`: `fsync:error=EIO:when=1`
 */
export async function attach({ pid, threads }: Server, inject?: string): Promise<Tracer> {
  const child = spawn(
    'strace',
    [
      ...['-qq', '-y', '-e', `trace=${calls.join(',')}`, '-e', 'signal=none'],
      ...(inject === undefined ? [] : ['-e', `inject=${inject}`]),
      ...threads.flatMap((thread) => ['-p', thread]),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let text = ''
  child.stderr.setEncoding('utf8').on('data', (more: string) => {
    text += more
  })
  const gone = once(child, 'close')
  while ((await Promise.all(threads.map((thread) => isTraced(pid, thread)))).includes(false)) {
    if (child.exitCode !== null) throw new Error(`strace ended with ${child.exitCode}: ${text}`)
    await setTimeout(1)
  }
  return {
    async detach() {
      child.kill('SIGINT')
      await gone
      return text.split('\n').filter((line) => line !== '')
    },
  }
}

async function isTraced(pid: number, thread: string): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/task/${thread}/status`, 'utf8')
  return !/^TracerPid:\s*0$/m.test(status)
}
