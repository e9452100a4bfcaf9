import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import type { DiskStoreOptions } from '@chunkwise/server/node'
import { onTestFinished } from 'vitest'
import { buildServer, type Mutant } from './build.ts'

/** What the server's process is started with. */
export interface ServerOptions {
  /** Folder of the uploads. */
  readonly dir: string
  readonly durability?: DiskStoreOptions['durability']
  /** A file to which the host's hook adds a line with the id of each finished upload. */
  readonly finished?: string
  /** How long a body may be silent, in milliseconds. */
  readonly idleMs?: number
  /** How long a polite stop waits for what is under way, in milliseconds. */
  readonly graceMs?: number
}

export type Asked = 'look' | 'sweep'

/** What the process says of itself, after its memory was cleaned up. */
export interface Look {
  /** Bytes. */
  readonly heap: number
  /** Locks that are held or waited for. */
  readonly locks: number
  /** Errors that nobody foresaw, and what the platform has warned of. */
  readonly faults: readonly string[]
}

export type Told =
  | Look
  | { readonly port: number }
  | { readonly swept: { readonly sessions: number; readonly orphans: number } }
  | { readonly error: string }

/** The server with its disk store, in a process of its own. */
export interface Server {
  readonly pid: number
  /** Its threads as it began, but the first one: those that wait for the disk. */
  readonly threads: readonly string[]
  /** Address of the uploads. */
  readonly endpoint: string
  readonly port: number
  /** Resolves when the process is gone, with the signal or the code it ended by. */
  readonly gone: Promise<string | number>
  look(): Promise<Look>
  /** Drops what has expired and what lies about; says how many things that were. */
  sweep(): Promise<number>
  /** Open descriptors of the process. */
  descriptors(): Promise<number>
  /** Ends it by SIGKILL. */
  kill(): Promise<void>
  /** Asks it to end by SIGTERM. */
  stop(): Promise<string | number>
}

/** Whether the system tells what a process has open and takes. */
export const tellsOfProcesses: boolean = existsSync('/proc/self/fd')

/** Starts a server as its source stands, or a worse one; it ends with the test at the latest. */
export async function startServer(options: ServerOptions, mutants: readonly Mutant[] = []): Promise<Server> {
  const program = await buildServer(mutants)
  const child = spawn(process.execPath, ['--expose-gc', program, JSON.stringify(options)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // One thread for the file system: what happens on the disk has one order, and can be counted.
    env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
  })
  const gone = once(child, 'exit').then(([code, signal]: unknown[]) => (signal ?? code) as string | number)
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await gone
  })
  const { port } = await next(child, 'port')
  const { pid = NaN } = child
  const threads = tellsOfProcesses ? await readdir(`/proc/${pid}/task`) : []

  const ask = async <Name extends 'swept' | 'heap'>(asked: Asked, name: Name) => {
    child.send(asked)
    return next(child, name)
  }

  return {
    pid,
    threads: threads.filter((thread) => thread !== String(pid)),
    port,
    endpoint: `http://127.0.0.1:${port}/api/uploads/`,
    gone,
    look: () => ask('look', 'heap'),
    async sweep() {
      const { sessions, orphans } = (await ask('sweep', 'swept')).swept
      return sessions + orphans
    },
    descriptors: async () => (await readdir(`/proc/${pid}/fd`)).length,
    async kill() {
      child.kill('SIGKILL')
      await gone
    },
    async stop() {
      child.kill('SIGTERM')
      return gone
    },
  }
}

/** The next word of the process, which must be of this kind; its end before that is an error. */
async function next<Name extends 'port' | 'swept' | 'heap'>(
  child: ChildProcess,
  name: Name,
): Promise<Extract<Told, Record<Name, unknown>>> {
  const over = new AbortController()
  const ended = once(child, 'exit', over).then(([code, signal]) => {
    throw new Error(`The server ended before it answered: ${String(signal ?? code)}`)
  })
  try {
    const [told] = (await Promise.race([once(child, 'message', over), ended])) as [Told]
    if (name in told) return told as Extract<Told, Record<Name, unknown>>
    throw new Error(`Expected ${name} of the server, got ${JSON.stringify(told)}`)
  } finally {
    over.abort()
    ended.catch(() => {})
  }
}
