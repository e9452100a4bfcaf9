import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Authenticate } from './auth.ts'
import type { Environment } from './command-environment.ts'
import { createGateway } from './command-gateway.ts'
import { help } from './command-help.ts'
import { commandLog, type CommandLog } from './command-log.ts'
import { readCommand, type CommandOptions } from './command-options.ts'
import { openStorage, type Storage } from './command-store.ts'
import { readWays } from './command-secrets.ts'
import { UsageError } from './command-values.ts'
import type { Observe } from './events.ts'
import { createUploadHandler, type UploadHandler } from './handler.ts'
import { createMetrics } from './metrics.ts'
import { startServer, type Served } from './node-server.ts'
import type { OnError } from './options.ts'
import type { SessionRecord } from './record.ts'
import { FolderTakenError } from './stores/disk-claim.ts'
import { FolderUnusableError, isCode, openRoot } from './stores/disk-paths.ts'
import { readRecords } from './stores/disk-records.ts'

/** What the command needs of its process. */
export interface Terminal {
  readonly print: (line: string) => void
  readonly complain: (line: string) => void
  /** Resolves when the process is asked to end, with the signal's name. */
  readonly stopped: Promise<string>
  /** Where keys are. Default: none. */
  readonly env?: Environment
}

/** Runs the command; resolves with the exit code: 2 for wrong arguments, 1 for what failed. */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  const { print, complain } = terminal
  try {
    const options = readCommand(args, terminal.env)
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

/** What the server does beside its work, if it is to serve. */
interface Company {
  readonly authenticate?: Authenticate | undefined
  readonly observe?: Observe | undefined
  readonly onError?: OnError | undefined
}

function createHandler(
  options: CommandOptions,
  { store, locks, counts }: Storage,
  { authenticate, observe, onError }: Company = {},
): UploadHandler {
  const { corsOrigins, forward, maxSize, keepMs, compat, origin } = options
  const credentials = options.authority !== undefined && forward.some((name) => name.toLowerCase() === 'cookie')
  return createUploadHandler({
    store,
    ...(locks === undefined ? {} : { locks }),
    ...(counts === undefined ? {} : { counts }),
    path: options.path,
    lifetimeMs: options.expiresMs,
    checksum: options.checksum,
    trustProxy: options.trustProxy,
    limits: options.limits,
    downloads: options.downloads,
    ...(observe === undefined ? {} : { observe }),
    ...(onError === undefined ? {} : { onError }),
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

async function serve(options: CommandOptions, terminal: Terminal): Promise<number> {
  const { complain, stopped, env = {} } = terminal
  const { port, host, minRate, connections, monitor, monitorHost, log: level } = options
  const log = level === 'none' ? undefined : commandLog(terminal.print, level)
  const metrics = monitor === undefined ? undefined : createMetrics()
  const observers = [log?.observe, metrics?.observe].filter((observe) => observe !== undefined)
  const observe: Observe | undefined =
    observers.length === 0 ? undefined : (event) => observers.forEach((tell) => tell(event))
  const authenticate = await readWays(options, complain)
  const storage = options.gateway ? undefined : await openStorage(options, env)
  const handler: Served = storage
    ? createHandler(options, storage, { authenticate, observe, onError: log?.onError })
    : createGateway(options, env, authenticate, log?.onError)
  const news = log ? newsInLog(log) : newsInPrint(terminal.print)
  try {
    const running = await startServer({
      handler,
      port,
      host,
      // A host of videos is asked more often than a disk has to be looked through.
      ...(options.gateway && { sweepMs: 5_000 }),
      minRate: minRate > 0 && { bytesPerSecond: minRate },
      connectionsPerAddress: connections,
      ...(metrics ? { monitor: { port: monitor ?? 0, host: monitorHost, metrics } } : {}),
    })
    news.listening(running.url, options, running.monitorUrl)
    news.ending(await stopped)
    await running.close()
    await storage?.close()
    return 0
  } catch (error) {
    await handler.close()
    await storage?.close()
    if (!isCode(error, 'EADDRINUSE')) throw error
    const taken = error instanceof Error && 'port' in error ? Number(error.port) : port
    const [where, flag] = taken === monitor && taken !== port ? [monitorHost, '--monitor'] : [host, '--port']
    complain(
      `chunkwise-server: port ${taken} of ${where} is taken. Choose another one with ${flag}, or any free one with ${flag} 0.`,
    )
    return 1
  }
}

/** Says when it begins and ends. */
interface News {
  readonly listening: (url: string, options: CommandOptions, monitorUrl: string | undefined) => void
  readonly ending: (signal: string) => void
}

const newsInPrint = (print: Terminal['print']): News => ({
  listening(url, { path, dir, durability, gateway, store }, monitorUrl) {
    print(gateway ? `Videos:  ${url}${path}, passed on to ${gateway}` : `Uploads: ${url}${path}`)
    print(store ? `Bucket:  ${placeOf(store)}` : `Folder:  ${resolve(dir)} (${durability})`)
    if (monitorUrl !== undefined) print(`Monitor: ${monitorUrl}/live, /ready${gateway ? '' : ', /metrics'}`)
  },
  ending: (signal) => print(`${signal}: ending what is under way`),
})

const newsInLog = ({ say }: CommandLog): News => ({
  listening: (url, { path, dir, durability, store }, monitorUrl) =>
    say('listening', {
      url: `${url}${path}`,
      ...(store ? { store: placeOf(store) } : { dir: resolve(dir), durability }),
      monitorUrl,
    }),
  ending: (signal) => say('ending', { signal }),
})

const placeOf = ({ bucket, prefix }: NonNullable<CommandOptions['store']>): string => `s3://${bucket}/${prefix}`

async function list(options: CommandOptions, { print, complain, env = {} }: Terminal): Promise<number> {
  const { dir, store, json } = options
  if (!store && !existsSync(dir)) {
    complain(`chunkwise-server: there is no folder ${resolve(dir)}`)
    return 1
  }
  const found = store ? await sharedRecords(options, env) : await readRecords(await openRoot(dir))
  const records = found.toSorted((a, b) => a.createdAt - b.createdAt)
  for (const record of records) print(json ? JSON.stringify(record) : describe(record))
  const place = store ? placeOf(store) : resolve(dir)
  if (!json) print(`${records.length} ${records.length === 1 ? 'upload' : 'uploads'} in ${place}`)
  return 0
}

async function sharedRecords(options: CommandOptions, env: Environment): Promise<SessionRecord[]> {
  const { store, close } = await openStorage(options, env)
  try {
    await store.open()
    const records: SessionRecord[] = []
    for await (const record of store.list()) records.push(record)
    return records
  } finally {
    await store.close()
    await close()
  }
}

function describe({ id, status, offset, size, createdAt, owner, filename }: SessionRecord): string {
  const progress = `${offset}/${size ?? '?'}`
  const began = new Date(createdAt).toISOString().slice(0, 19).replace('T', ' ')
  // A name is whatever a client sent: a terminal must not obey it.
  return [id, status.padEnd(9), progress.padStart(23), began, owner ?? '-', JSON.stringify(filename)].join('  ')
}

async function sweep(options: CommandOptions, { print, env = {} }: Terminal): Promise<number> {
  const storage = await openStorage(options, env)
  const handler = createHandler(options, storage)
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
    await storage.close()
  }
}
