import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Authenticate } from './auth.ts'
import { help } from './command-help.ts'
import { readCommand, UsageError, type CommandOptions } from './command-options.ts'
import { readWays } from './command-secrets.ts'
import { createUploadHandler, type UploadHandler } from './handler.ts'
import { startServer } from './node-server.ts'
import type { SessionRecord } from './record.ts'
import { FolderTakenError } from './stores/disk-claim.ts'
import { FolderUnusableError, isCode, openRoot } from './stores/disk-paths.ts'
import { readRecords } from './stores/disk-records.ts'
import { diskStore } from './stores/disk.ts'

/** What the command needs of its process. */
export interface Terminal {
  readonly print: (line: string) => void
  readonly complain: (line: string) => void
  /** Resolves when the process is asked to end, with the signal's name. */
  readonly stopped: Promise<string>
}

/** Runs the command; resolves with the exit code: 2 for wrong arguments, 1 for what failed. */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  const { print, complain } = terminal
  try {
    const options = readCommand(args)
    if (options.help) {
      print(help)
      return 0
    }
    if (options.command === 'list') return await list(options, terminal)
    if (options.command === 'sweep') return await sweep(options, terminal)
    return await serve(options, terminal)
  } catch (error) {
    if (error instanceof UsageError) {
      complain(`chunkwise-server: ${error.message}\nRun chunkwise-server --help for the options.`)
      return 2
    }
    if (error instanceof FolderTakenError || error instanceof FolderUnusableError)
      complain(`chunkwise-server: ${error.message}.`)
    else if (isCode(error, 'EACCES', 'EPERM', 'EROFS', 'EADDRNOTAVAIL', 'ENOTFOUND'))
      complain(`chunkwise-server: ${error instanceof Error ? error.message : String(error)}`)
    else throw error
    return 1
  }
}

function createHandler(options: CommandOptions, authenticate?: Authenticate): UploadHandler {
  const { dir, doneDir, durability, corsOrigins, forward, maxSize, keepMs, compat, origin } = options
  const credentials = options.authority !== undefined && forward.some((name) => name.toLowerCase() === 'cookie')
  return createUploadHandler({
    store: diskStore({ dir, durability, ...(doneDir === undefined ? {} : { doneDir }) }),
    path: options.path,
    lifetimeMs: options.expiresMs,
    checksum: options.checksum,
    trustProxy: options.trustProxy,
    ...(keepMs === undefined ? {} : { retentionMs: keepMs }),
    ...(maxSize === undefined ? {} : { maxSize }),
    files: { names: options.names, existing: options.existing },
    ...(options.dialects === undefined ? {} : { dialects: options.dialects }),
    ...(compat === undefined ? {} : { compat }),
    ...(origin === undefined ? {} : { origin }),
    ...(authenticate === undefined ? {} : { authenticate }),
    ...(corsOrigins.length > 0 ? { cors: { origins: corsOrigins, credentials } } : {}),
  })
}

async function serve(options: CommandOptions, { print, complain, stopped }: Terminal): Promise<number> {
  const { port, host, path, dir, durability } = options
  const handler = createHandler(options, await readWays(options, complain))
  try {
    const running = await startServer({ handler, port, host })
    print(`Uploads: ${running.url}${path}`)
    print(`Folder:  ${resolve(dir)} (${durability})`)
    const signal = await stopped
    print(`${signal}: ending what is under way`)
    await running.close()
    return 0
  } catch (error) {
    await handler.close()
    if (!isCode(error, 'EADDRINUSE')) throw error
    complain(
      `chunkwise-server: port ${port} of ${host} is taken. Choose another one with --port, or any free one with --port 0.`,
    )
    return 1
  }
}

async function list({ dir, json }: CommandOptions, { print, complain }: Terminal): Promise<number> {
  if (!existsSync(dir)) {
    complain(`chunkwise-server: there is no folder ${resolve(dir)}`)
    return 1
  }
  const records: SessionRecord[] = []
  for await (const record of readRecords(await openRoot(dir))) records.push(record)
  records.sort((a, b) => a.createdAt - b.createdAt)
  for (const record of records) print(json ? JSON.stringify(record) : describe(record))
  if (!json) print(`${records.length} ${records.length === 1 ? 'upload' : 'uploads'} in ${resolve(dir)}`)
  return 0
}

function describe({ id, status, offset, size, createdAt, owner, filename }: SessionRecord): string {
  const progress = `${offset}/${size ?? '?'}`
  const began = new Date(createdAt).toISOString().slice(0, 19).replace('T', ' ')
  // A name is whatever a client sent: a terminal must not obey it.
  return [id, status.padEnd(9), progress.padStart(23), began, owner ?? '-', JSON.stringify(filename)].join('  ')
}

async function sweep(options: CommandOptions, { print }: Terminal): Promise<number> {
  const handler = createHandler(options)
  try {
    const { sessions, orphans } = await handler.sweep()
    print(`Ended ${sessions} expired uploads, removed ${orphans} leftovers.`)
    return 0
  } catch (error) {
    if (!(error instanceof FolderTakenError)) throw error
    print(`Nothing to do: the server that runs in this folder (process ${error.holder}) sweeps it itself.`)
    return 0
  } finally {
    await handler.close()
  }
}
