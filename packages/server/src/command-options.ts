import { parseArgs } from 'node:util'
import type { DownloadOptions } from './downloads.ts'
import type { ExistingFile, FileNames } from './file-names.ts'
import type { DialectName } from './options.ts'
import { isHeaderName } from './auth/header-name.ts'
import { argumentsIn, type Environment } from './command-environment.ts'
import { limitFlags, readLimits, type CommandLimits } from './command-limits.ts'
import type { LogLevel } from './command-log.ts'
import { given, oneOf, readCount, readDuration, readPort, readSize, refuse, UsageError } from './command-values.ts'

/** What the command was asked to do. */
export interface CommandOptions extends CommandLimits {
  readonly command: 'serve' | 'list' | 'sweep'
  readonly help: boolean
  readonly json: boolean
  readonly host: string
  readonly port: number
  readonly path: string
  readonly dir: string
  /** The bucket that bytes are kept in, and what their keys begin with; absent: they are kept in `dir`. */
  readonly store: { readonly bucket: string; readonly prefix: string } | undefined
  /** Where what nodes share is kept, with `store`. */
  readonly redis: string | undefined
  readonly doneDir: string | undefined
  readonly durability: 'strict' | 'relaxed'
  readonly maxSize: number | undefined
  readonly checksum: 'md5' | 'sha256' | false
  /** What is spoken; absent: all that fits `compat`. */
  readonly dialects: readonly DialectName[] | undefined
  readonly names: FileNames
  readonly existing: ExistingFile
  readonly expiresMs: number
  readonly keepMs: number | undefined
  readonly tokens: readonly Secret[]
  readonly tokensFile: string | undefined
  readonly apiKeysFile: string | undefined
  readonly passwordsFile: string | undefined
  readonly signingKeysFile: string | undefined
  /** Address that is asked who signs in, and the headers that it gets. */
  readonly authority: string | undefined
  readonly forward: readonly string[]
  readonly corsOrigins: readonly string[]
  readonly compat: '0.6.0' | '0.5.1' | 'fork' | undefined
  readonly origin: string | undefined
  readonly trustProxy: boolean
  /** Whether finished files are given back, and how. */
  readonly downloads: boolean | DownloadOptions
  /** Port that tells how the server is; absent: none. */
  readonly monitor: number | undefined
  readonly monitorHost: string
  readonly log: LogLevel
  /** The video host that uploads are passed on to; absent: they are kept here. */
  readonly gateway: 'cloudflare' | 'arvan' | undefined
  readonly maxSeconds: number | undefined
}

/** `OWNER=SECRET`, on the command line or in a file. */
export interface Secret {
  readonly owner: string
  readonly secret: string
}

const flags = {
  help: { type: 'boolean', short: 'h', default: false },
  json: { type: 'boolean', default: false },
  host: { type: 'string', default: '127.0.0.1' },
  port: { type: 'string', short: 'p', default: '8080' },
  path: { type: 'string' },
  dir: { type: 'string', short: 'd', default: './uploads' },
  store: { type: 'string' },
  redis: { type: 'string' },
  'done-dir': { type: 'string' },
  durability: { type: 'string', default: 'strict' },
  'max-size': { type: 'string' },
  checksum: { type: 'string', default: 'md5' },
  dialects: { type: 'string' },
  names: { type: 'string', default: 'id' },
  existing: { type: 'string', default: 'error' },
  expires: { type: 'string', default: '1d' },
  keep: { type: 'string' },
  token: { type: 'string', multiple: true, default: [] as string[] },
  tokens: { type: 'string' },
  'api-keys': { type: 'string' },
  passwords: { type: 'string' },
  'signing-keys': { type: 'string' },
  authority: { type: 'string' },
  forward: { type: 'string', multiple: true, default: ['Authorization'] as string[] },
  'cors-origin': { type: 'string', multiple: true, default: [] as string[] },
  compat: { type: 'string' },
  origin: { type: 'string' },
  'trust-proxy': { type: 'boolean', default: false },
  downloads: { type: 'string', default: 'none' },
  monitor: { type: 'string' },
  'monitor-host': { type: 'string', default: '127.0.0.1' },
  log: { type: 'string', default: 'none' },
  gateway: { type: 'string' },
  'max-seconds': { type: 'string' },
  ...limitFlags,
} as const

/** All that can be said. */
export const flagNames: readonly string[] = Object.keys(flags)

/**
 * Reads the command line, and what variables of the environment stand for.
 *
 * @throws UsageError that names the argument and what was expected.
 */
export function readCommand(args: readonly string[], env: Environment = {}): CommandOptions {
  const { values, positionals } = parse(args, env)
  const [command = 'serve', ...rest] = positionals
  if (rest.length > 0) throw new UsageError(`Unexpected argument ${JSON.stringify(rest[0])}`)
  return {
    command: oneOf('command', command, ['serve', 'list', 'sweep']),
    help: values.help,
    json: values.json,
    host: values.host,
    port: readPort('--port', values.port),
    path: readPath(values.path ?? (values.gateway === undefined ? '/api/uploads/' : '/api/videos/')),
    dir: values.dir,
    store: given('--store', values.store, readStore),
    redis: given('--redis', values.redis, readRedis),
    doneDir: values['done-dir'],
    durability: oneOf('--durability', values.durability, ['strict', 'relaxed']),
    maxSize: given('--max-size', values['max-size'], readSize),
    checksum: readChecksum(values.checksum),
    dialects: values.dialects?.split(',').map((name) => oneOf('--dialects', name, ['drf', 'tus', 'ietf'])),
    names: oneOf('--names', values.names, ['id', 'increment', 'random-suffix', 'random', 'keep']),
    existing: oneOf('--existing', values.existing, ['error', 'overwrite', 'rename']),
    expiresMs: readDuration('--expires', values.expires),
    keepMs: given('--keep', values.keep, readDuration),
    tokens: readTokens(values.token),
    tokensFile: values.tokens,
    apiKeysFile: values['api-keys'],
    passwordsFile: values.passwords,
    signingKeysFile: values['signing-keys'],
    authority: given('--authority', values.authority, readAddress),
    forward: values.forward.map((name) => readHeader('--forward', name)),
    corsOrigins: values['cors-origin'].map((origin) => readOrigin('--cors-origin', origin)),
    compat: values.compat === undefined ? undefined : oneOf('--compat', values.compat, ['0.6.0', '0.5.1', 'fork']),
    origin: given('--origin', values.origin, readOrigin),
    trustProxy: values['trust-proxy'],
    downloads: readDownloads(values.downloads),
    monitor: given('--monitor', values.monitor, readPort),
    monitorHost: values['monitor-host'],
    log: oneOf('--log', values.log, ['none', 'info', 'debug']),
    gateway: values.gateway === undefined ? undefined : oneOf('--gateway', values.gateway, ['cloudflare', 'arvan']),
    maxSeconds: given('--max-seconds', values['max-seconds'], readCount),
    ...readLimits(values, values['trust-proxy']),
  }
}

function parse(args: readonly string[], env: Environment) {
  try {
    const { tokens } = parseArgs({ args: [...args], options: flags, allowPositionals: true, tokens: true })
    const said = new Set(tokens.flatMap((token) => (token.kind === 'option' ? token.name : [])))
    return parseArgs({ args: [...argumentsIn(env, flags, said), ...args], options: flags, allowPositionals: true })
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError(message.split('. ')[0] ?? message, { cause })
  }
}

function readPath(text: string): string {
  return /^\/(?:[^/?#]+\/)*$/.test(text) ? text : refuse('--path', 'a path like /api/uploads/', text)
}

function readStore(name: string, text: string): CommandOptions['store'] {
  const [, bucket, folder = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(text) ?? []
  if (bucket === undefined || /^[/.]|\/\//.test(folder)) return refuse(name, 'something like s3://bucket/folder', text)
  return { bucket, prefix: folder === '' || folder.endsWith('/') ? folder : `${folder}/` }
}

function readRedis(name: string, text: string): string {
  // It may have a password: what is wrong is not repeated.
  if (/^rediss?:\/\/./.test(text) && URL.canParse(text)) return text
  throw new UsageError(`${name}: expected an address like redis://127.0.0.1:6379`)
}

function readChecksum(text: string): 'md5' | 'sha256' | false {
  const choice = oneOf('--checksum', text, ['md5', 'sha256', 'none'])
  return choice === 'none' ? false : choice
}

function readDownloads(text: string): CommandOptions['downloads'] {
  const choice = oneOf('--downloads', text, ['none', 'files', 'images', 'redirect'])
  if (choice === 'images') return { images: true }
  return choice === 'redirect' ? { redirectSeconds: 300 } : choice === 'files'
}

function readTokens(texts: readonly string[]): readonly Secret[] {
  return texts.map((text) => {
    const [, owner = '', secret = ''] = /^([^=\s]+)=([^=\s]\S*)$/.exec(text) ?? []
    // The value is a secret: it is not repeated.
    if (secret === '') throw new UsageError('--token: expected OWNER=TOKEN, without spaces')
    return { owner, secret }
  })
}

function readAddress(name: string, text: string): string {
  const scheme = URL.canParse(text) ? new URL(text).protocol : ''
  return /^https?:$/.test(scheme) ? text : refuse(name, 'an address like http://127.0.0.1:8000/whoami/', text)
}

function readHeader(name: string, text: string): string {
  return isHeaderName(text) ? text : refuse(name, 'the name of a header', text)
}

function readOrigin(name: string, text: string): string {
  const origin = URL.canParse(text) ? new URL(text).origin : undefined
  return origin === text ? text : refuse(name, 'an origin like https://app.example', text)
}
