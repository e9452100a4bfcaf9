import { parseArgs } from 'node:util'

/** What the command was asked to do. */
export interface CommandOptions {
  readonly command: 'serve' | 'list' | 'sweep'
  readonly help: boolean
  readonly json: boolean
  readonly host: string
  readonly port: number
  readonly path: string
  readonly dir: string
  readonly doneDir: string | undefined
  readonly durability: 'strict' | 'relaxed'
  readonly maxSize: number | undefined
  readonly checksum: 'md5' | 'sha256' | false
  readonly expiresMs: number
  readonly keepMs: number | undefined
  /** Owner by token. */
  readonly tokens: Readonly<Record<string, string>>
  readonly corsOrigins: readonly string[]
  readonly compat: '0.6.0' | '0.5.1' | 'fork' | undefined
  readonly origin: string | undefined
  readonly trustProxy: boolean
}

/** An argument that is wrong; its message is for whoever typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

const flags = {
  help: { type: 'boolean', short: 'h', default: false },
  json: { type: 'boolean', default: false },
  host: { type: 'string', default: '127.0.0.1' },
  port: { type: 'string', short: 'p', default: '8080' },
  path: { type: 'string', default: '/api/uploads/' },
  dir: { type: 'string', short: 'd', default: './uploads' },
  'done-dir': { type: 'string' },
  durability: { type: 'string', default: 'strict' },
  'max-size': { type: 'string' },
  checksum: { type: 'string', default: 'md5' },
  expires: { type: 'string', default: '1d' },
  keep: { type: 'string' },
  token: { type: 'string', multiple: true, default: [] as string[] },
  'cors-origin': { type: 'string', multiple: true, default: [] as string[] },
  compat: { type: 'string' },
  origin: { type: 'string' },
  'trust-proxy': { type: 'boolean', default: false },
} as const

/**
 * Reads the command line.
 *
 * @throws UsageError that names the argument and what was expected.
 */
export function readCommand(args: readonly string[]): CommandOptions {
  const { values, positionals } = parse(args)
  const [command = 'serve', ...rest] = positionals
  if (rest.length > 0) throw new UsageError(`Unexpected argument ${JSON.stringify(rest[0])}`)
  return {
    command: oneOf('command', command, ['serve', 'list', 'sweep']),
    help: values.help,
    json: values.json,
    host: values.host,
    port: readPort(values.port),
    path: readPath(values.path),
    dir: values.dir,
    doneDir: values['done-dir'],
    durability: oneOf('--durability', values.durability, ['strict', 'relaxed']),
    maxSize: values['max-size'] === undefined ? undefined : readSize('--max-size', values['max-size']),
    checksum: readChecksum(values.checksum),
    expiresMs: readDuration('--expires', values.expires),
    keepMs: values.keep === undefined ? undefined : readDuration('--keep', values.keep),
    tokens: readTokens(values.token),
    corsOrigins: values['cors-origin'].map((origin) => readOrigin('--cors-origin', origin)),
    compat: values.compat === undefined ? undefined : oneOf('--compat', values.compat, ['0.6.0', '0.5.1', 'fork']),
    origin: values.origin === undefined ? undefined : readOrigin('--origin', values.origin),
    trustProxy: values['trust-proxy'],
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags, allowPositionals: true })
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError(message.split('. ')[0] ?? message, { cause })
  }
}

function refuse(name: string, expected: string, value: string): never {
  throw new UsageError(`${name}: expected ${expected}, got ${JSON.stringify(value)}`)
}

function oneOf<const Choice extends string>(name: string, value: string, choices: readonly Choice[]): Choice {
  return choices.find((choice) => choice === value) ?? refuse(name, choices.join(', '), value)
}

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Infinity
  return port <= 65_535 ? port : refuse('--port', 'a number from 0 to 65535', text)
}

function readPath(text: string): string {
  return /^\/(?:[^/?#]+\/)*$/.test(text) ? text : refuse('--path', 'a path like /api/uploads/', text)
}

function readChecksum(text: string): 'md5' | 'sha256' | false {
  const choice = oneOf('--checksum', text, ['md5', 'sha256', 'none'])
  return choice === 'none' ? false : choice
}

const units: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
}

function readSize(name: string, text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text) ?? []
  const size = Math.floor(Number(number) * (units[unit.toLowerCase()] ?? NaN))
  return number !== '' && size > 0 ? size : refuse(name, 'a size like 500MB or 10GiB', text)
}

const durations: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

function readDuration(name: string, text: string): number {
  const [, number = '', unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? []
  const duration = Number(number) * (durations[unit] ?? NaN)
  return duration > 0 ? duration : refuse(name, 'a time like 30m, 12h or 7d', text)
}

function readTokens(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const [, owner = '', token = ''] = /^([^=\s]+)=([^=\s]\S*)$/.exec(text) ?? []
      // The value is a secret: it is not repeated.
      if (token === '') throw new UsageError('--token: expected OWNER=TOKEN, without spaces')
      return [token, owner]
    }),
  )
}

function readOrigin(name: string, text: string): string {
  const origin = URL.canParse(text) ? new URL(text).origin : undefined
  return origin === text ? text : refuse(name, 'an origin like https://app.example', text)
}

export const help = `Usage: chunkwise-server [serve|list|sweep] [options]

Takes resumable uploads in the protocol of drf-chunked-upload and keeps them in a folder.

  serve (default)       start the server
  list                  print the uploads in the folder
  sweep                 end expired uploads now (a running server does so every minute)

Where
  -p, --port 8080       port to listen on; 0 for any free one
      --host 127.0.0.1  address to listen on; 0.0.0.0 for the whole network
      --path /api/uploads/
      --origin URL      scheme and host in the urls of answers, like https://files.example
      --trust-proxy     believe X-Forwarded-Proto and X-Forwarded-Host

What is kept
  -d, --dir ./uploads   folder of the uploads
      --done-dir DIR    folder of the finished files, also on another disk
      --durability strict|relaxed
                        strict: what was answered survives a power cut
      --max-size SIZE   greatest file, like 500MB or 10GiB
      --expires 1d      how long an unfinished upload is kept after its last byte
      --keep TIME       how long a finished upload is kept (default: for ever)
      --checksum md5|sha256|none

Who may
      --token OWNER=TOKEN      sign in by "Authorization: Token TOKEN"; may be repeated
      --cors-origin ORIGIN     let pages of this origin upload; may be repeated

Other
      --compat 0.6.0|0.5.1|fork   answer exactly as that server does
      --json                      list as JSON lines
  -h, --help

Examples
  chunkwise-server --port 8080 --dir /srv/uploads
  chunkwise-server --token alice=3f9a… --max-size 50GB --cors-origin https://app.example
  chunkwise-server --dir /fast/partial --done-dir /big/finished --keep 30d
  chunkwise-server list --dir /srv/uploads
`
