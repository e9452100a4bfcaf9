import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { mkdtemp, readdir, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundled } from './bundled.ts'
import { md5Of } from './files.ts'

/** What the server says of an upload, and where its bytes are. */
export interface StoredUpload {
  readonly id: string
  readonly filename: string
  readonly offset: number
  readonly complete: boolean
  /** On the disk. */
  readonly path: string
}

/** The reference server with its disk store, as a process of its own. */
export interface ReferenceServer {
  /** Another one after each start. */
  readonly port: number
  /** Its process, another one after each start. */
  readonly process: number
  /** Folder of the uploads. */
  readonly folder: string
  start(): Promise<void>
  /** Ends it as a power cut would: by SIGKILL. */
  kill(): Promise<void>
  /** From now on these tokens are good, and no others. */
  accept(tokens: readonly string[]): Promise<void>
  /** All uploads that it has, finished or not. */
  uploads(): Promise<readonly StoredUpload[]>
  /** MD5 of the bytes on the disk of the finished upload of this name. */
  md5(filename: string): Promise<string>
  /** Bytes of all uploads that it keeps, finished or not, however it remembers them. */
  bytesOnDisk(): Promise<number>
}

let program: Promise<string> | undefined

// Once for all that this process starts, and gone with it.
async function bundle(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'chunkwise-server-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return bundled(fileURLToPath(new URL('reference-server.ts', import.meta.url)), folder)
}

/**
 * Describes a server; `start` starts it. With tokens it asks everybody for one (`Authorization: Bearer …`).
 *
 * @param folder of the uploads; made if it is not there
 * @param pages folder of the pages it serves beside `/api/uploads/`
 * @param idleMs how long a request may send nothing, in milliseconds; the server's own limit unless told
 */
export function referenceServer(
  folder: string,
  pages: string,
  tokens: readonly string[] = [],
  idleMs?: number,
): ReferenceServer {
  let good = tokens
  let running: { readonly child: ChildProcess; readonly port: number } | undefined

  const current = () => {
    if (running) return running
    throw new Error('The server is not running')
  }

  const uploads = (): Promise<readonly StoredUpload[]> =>
    storedUploads(
      `http://127.0.0.1:${current().port}/api/uploads/`,
      folder,
      // One that stays open would count as the server's own.
      { Connection: 'close', ...(good[0] === undefined ? {} : { Authorization: `Bearer ${good[0]}` }) },
    )

  return {
    folder,
    uploads,
    get port() {
      return current().port
    },
    get process() {
      return Number(current().child.pid)
    },
    async start() {
      program ??= bundle()
      const args = [folder, pages, JSON.stringify(good), String(idleMs ?? '')]
      const child = fork(await program, args, { execArgv: [] })
      const { port } = await told<{ port: number }>(child)
      running = { child, port }
    },
    async kill() {
      if (!running) return
      const { child } = running
      running = undefined
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
    async accept(next) {
      const { child } = current()
      good = next
      const done = told(child)
      child.send(next)
      await done
    },
    async md5(filename) {
      return storedMd5(await uploads(), filename)
    },
    async bytesOnDisk() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true })
      const stats = entries
        .filter(({ name }) => /\.(part|done)$/.test(name))
        .map((entry) => stat(join(entry.parentPath, entry.name)))
      return (await Promise.all(stats)).reduce((sum, { size }) => sum + size, 0)
    },
  }
}

/** All uploads that a server at this address has, with its disk store in this folder. */
export async function storedUploads(
  endpoint: string,
  folder: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<readonly StoredUpload[]> {
  const response = await fetch(endpoint, { headers: { Accept: 'application/json', ...headers } })
  if (!response.ok) throw new Error(`The server answered ${response.status} to the list of uploads`)
  // The form of this answer is held by the server's own tests.
  const list = (await response.json()) as {
    id: string
    filename: string
    offset: number
    status: number
    /** Of one that was given up there is none. */
    file: string | null
  }[]
  return list.map(({ id, filename, offset, status, file }) => ({
    ...{ id, filename, offset, complete: status === 2 },
    path: file === null ? '' : join(folder, new URL(file).pathname.replace(/^\/media\//, '')),
  }))
}

/** MD5 of the bytes on the disk of the one finished upload of this name. */
export async function storedMd5(uploads: readonly StoredUpload[], filename: string): Promise<string> {
  const found = uploads.filter((upload) => upload.complete && upload.filename === filename)
  const [only] = found
  if (!only || found.length > 1) throw new Error(`Expected one finished upload of "${filename}", found ${found.length}`)
  return md5Of(only.path)
}

// The next word of a child; its end before that is an error.
async function told<Message>(child: ChildProcess): Promise<Message> {
  const over = new AbortController()
  const ended = once(child, 'exit', over).then(([code, signal]) => {
    throw new Error(`The server ended before it answered: ${String(code ?? signal)}`)
  })
  try {
    const [message] = (await Promise.race([once(child, 'message', over), ended])) as [Message]
    return message
  } finally {
    over.abort()
    ended.catch(() => {})
  }
}
