import type { Metadata } from '@chunkwise/protocol'
import { systemClock } from './clock.ts'
import { djangoCsrf, type Csrf } from './csrf.ts'
import type { OnUnauthorized } from './renewal.ts'
import { defaultRetry, type RetryPolicy } from './retry.ts'
import type { Algorithm, Clock, Hashing, Protocol, SessionStore, Transport } from './types.ts'

/** Headers of the app, or what gives them: called for each request, so that a token is never stale. */
export type HeadersOption =
  | Readonly<Record<string, string>>
  | (() => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>)

/** Options of {@link createUploader}. Only `endpoint` is needed; sizes are bytes. */
export interface UploaderOptions {
  /** Where uploads are created; relative to the page. */
  readonly endpoint: string
  /** The dialect of the server. Default: drf-chunked-upload. */
  readonly protocol?: Protocol
  /** Sent with every request to the endpoint's origin. */
  readonly headers?: HeadersOption
  /** As in `fetch`. Default `same-origin`. */
  readonly credentials?: RequestCredentials
  /** The cookie and header of a site's token against forged requests, if the endpoint is on the page's own origin. Default: Django's names; `false` for none. */
  readonly csrf?: Partial<Csrf> | false
  /** Called once for all uploads when the server wants credentials; the refused step is repeated afterwards. */
  readonly onUnauthorized?: OnUnauthorized
  /** A fixed size of chunks, at least 64 KiB. Default `'auto'`: found by measuring. */
  readonly chunkSize?: number | 'auto'
  /** Uploads at work at the same time. Default 3. */
  readonly concurrency?: number
  /** When to try again after a failure, and when to give up. */
  readonly retry?: Partial<RetryPolicy>
  /** Files that are taken, as in `<input accept>`. */
  readonly accept?: string
  readonly minSize?: number
  readonly maxSize?: number
  /** Uploads that may be unfinished at the same time. */
  readonly maxFiles?: number
  /** The app's own facts of a file, sent when its upload is created. */
  readonly metadata?: Metadata | ((file: File) => Metadata)
  /** What the server compares at the end, as its setting says. Default `'md5'`; `false` for a server that does not check. */
  readonly checksum?: Algorithm | false
  /** Who is signed in, in the app's own words: uploads of others are neither shown nor resumed. */
  readonly owner?: string
  /** Where uploads are remembered. Default: IndexedDB; `false` for this page only. */
  readonly store?: SessionStore | false
  /** A copy of the file is kept up to this size, for uploads that take longer than 2 s. Default 64 MiB a file, 256 MiB together; 0 for none. */
  readonly copies?: { readonly file?: number; readonly total?: number }
  /** How requests go out. Default: XMLHttpRequest for chunks, `fetch` for all else. */
  readonly transport?: Transport
  /** Where the worker that hashes is found, if not beside this module. */
  readonly workerUrl?: string | URL
  /** Whether uploads begin by themselves when they are added. Default `true`. */
  readonly autoStart?: boolean
  /** Time and chance, for tests. */
  readonly clock?: Clock
  /** How files are hashed, for tests. */
  readonly hashing?: Hashing
}

/** Options made whole: nobody inside asks whether one is set. */
export interface Resolved {
  readonly endpoint: string
  readonly protocol: Protocol
  readonly headers: () => Promise<Readonly<Record<string, string>>>
  readonly credentials: RequestCredentials
  readonly csrf: Csrf | undefined
  readonly onUnauthorized: OnUnauthorized | undefined
  readonly chunkSize: number | 'auto'
  readonly concurrency: number
  readonly retry: RetryPolicy
  readonly accept: string | undefined
  readonly minSize: number
  readonly maxSize: number
  readonly maxFiles: number
  readonly metadata: (file: File) => Metadata
  readonly checksum: Algorithm | undefined
  readonly owner: string
  readonly store: SessionStore | false | undefined
  readonly copies: { readonly file: number; readonly total: number }
  readonly transport: Transport | undefined
  readonly workerUrl: string | URL | undefined
  readonly autoStart: boolean
  readonly clock: Clock
  readonly hashing: Hashing | undefined
}

type Check = readonly [expected: string, fits: (value: unknown) => boolean]

const MiB = 1024 * 1024
const text: Check = ['a text', (value) => typeof value === 'string']
const yesNo: Check = ['true or false', (value) => typeof value === 'boolean']
const method: Check = ['a function', (value) => typeof value === 'function']
const size: Check = ['a number of bytes', (value) => Number.isSafeInteger(value) && Number(value) >= 0]
const count: Check = ['a whole number of at least 1', (value) => Number.isSafeInteger(value) && Number(value) >= 1]
const plain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const texts = (value: unknown): boolean =>
  plain(value) && Object.values(value).every((item) => typeof item === 'string')
const numbers = (value: unknown, names: readonly string[]): boolean =>
  plain(value) &&
  Object.entries(value).every(([name, item]) => names.includes(name) && typeof item === 'number' && item >= 0)
const has =
  (...names: string[]): Check[1] =>
  (value) =>
    plain(value) && names.every((name) => typeof value[name] === 'function')
const oneOf = (...values: unknown[]): Check => [
  values.map((value) => JSON.stringify(value)).join(' or '),
  (value) => values.includes(value),
]

const checks: Readonly<Record<keyof UploaderOptions, Check>> = {
  endpoint: ['an address', (value) => typeof value === 'string' && value !== ''],
  protocol: ['a protocol, such as drfChunkedUpload()', has('create', 'offset', 'append', 'complete', 'terminate')],
  headers: ['headers, or a function that gives them', (value) => typeof value === 'function' || texts(value)],
  credentials: oneOf('omit', 'same-origin', 'include'),
  csrf: ['false, or the names { cookie, header }', (value) => value === false || texts(value)],
  onUnauthorized: method,
  chunkSize: [
    "'auto', or bytes from 65536",
    (value) => value === 'auto' || (size[1](value) && Number(value) >= 65_536),
  ],
  concurrency: count,
  retry: [
    'some of { attempts, patienceMs, floorMs, baseMs, capMs } as numbers',
    (value) => numbers(value, Object.keys(defaultRetry)),
  ],
  accept: text,
  minSize: size,
  maxSize: size,
  maxFiles: count,
  metadata: ['texts by name, or a function that gives them', (value) => typeof value === 'function' || texts(value)],
  checksum: oneOf('md5', 'sha256', false),
  owner: text,
  store: ['false, or a store', (value) => value === false || has('list', 'put', 'delete', 'source', 'keep')(value)],
  copies: ['some of { file, total } as bytes', (value) => numbers(value, ['file', 'total'])],
  transport: method,
  workerUrl: ['an address', (value) => typeof value === 'string' || value instanceof URL],
  autoStart: yesNo,
  clock: ['a clock', has('now', 'sleep', 'random')],
  hashing: ['a hashing', has('ready', 'open')],
}

/**
 * Checks options and makes them whole.
 *
 * @throws TypeError that names the option, what was expected and what came.
 */
export function resolve(options: UploaderOptions & { readonly protocol: Protocol }): Resolved {
  if (!plain(options)) throw new TypeError(`Cannot create an uploader: expected options, got ${show(options)}`)
  for (const [name, value] of Object.entries(options)) {
    const check = Object.entries(checks).find(([known]) => known === name)?.[1]
    if (!check) throw new TypeError(`Cannot create an uploader: there is no option "${name}"`)
    if (value !== undefined && !check[1](value)) throw wrong(name, check[0], value)
  }
  const { headers = {}, csrf = {}, metadata = {}, checksum = 'md5' } = options
  const endpoint = absolute(options.endpoint)
  return {
    endpoint: endpoint.href,
    protocol: options.protocol,
    headers: async () => (typeof headers === 'function' ? headers() : headers),
    credentials: options.credentials ?? 'same-origin',
    csrf: csrf !== false && endpoint.origin === globalThis.location?.origin ? { ...djangoCsrf, ...csrf } : undefined,
    onUnauthorized: options.onUnauthorized,
    chunkSize: options.chunkSize ?? 'auto',
    concurrency: options.protocol.far.exclusive ? 1 : (options.concurrency ?? 3),
    retry: { ...defaultRetry, ...options.retry },
    accept: options.accept,
    minSize: options.minSize ?? 0,
    maxSize: options.maxSize ?? Number.MAX_SAFE_INTEGER,
    maxFiles: options.maxFiles ?? Infinity,
    metadata: typeof metadata === 'function' ? metadata : () => metadata,
    checksum: checksum === false ? undefined : checksum,
    owner: options.owner ?? '',
    store: options.store,
    copies: { file: 64 * MiB, total: 256 * MiB, ...options.copies },
    transport: options.transport,
    workerUrl: options.workerUrl,
    autoStart: options.autoStart ?? true,
    clock: options.clock ?? systemClock,
    hashing: options.hashing,
  }
}

function absolute(endpoint: unknown): URL {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href
  if (typeof endpoint === 'string' && URL.canParse(endpoint, base)) {
    const url = new URL(endpoint, base)
    url.hash = ''
    if (url.protocol === 'http:' || url.protocol === 'https:') return url
  }
  throw wrong('endpoint', base === undefined ? 'an absolute http address' : 'an http address', endpoint)
}

const wrong = (name: string, expected: string, value: unknown): TypeError =>
  new TypeError(`Cannot create an uploader: the option "${name}" must be ${expected}, got ${show(value)}`)

function show(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  if (plain(value) || Array.isArray(value)) return JSON.stringify(value)
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
