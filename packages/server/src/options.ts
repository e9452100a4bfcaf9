import type { Authenticate } from './auth.ts'
import type { CorsOptions } from './cors.ts'
import { memoryCounts, type Counting } from './counts/counts.ts'
import { vouchingHeaders, type CsrfOptions } from './csrf.ts'
import type { DrfCompat, DrfOptions, DrfSettings } from './dialects/drf-options.ts'
import { drfTexts } from './dialects/drf-texts.ts'
import type { DownloadOptions } from './downloads.ts'
import type { Observe } from './events.ts'
import { resolveLimits, type LimitOptions } from './limits.ts'
import { memoryLocks, type Locks } from './lock.ts'
import { checkNames, checkNaming, defaultNaming, type Naming } from './naming.ts'
import type { ChecksumAlgorithm, SessionRecord } from './record.ts'
import type { CompleteHook } from './complete.ts'
import type { SessionSettings, Viewer } from './session.ts'
import type { UploadStore } from './store.ts'
import type { ThrottleOptions } from './throttle.ts'

/** Options of `createUploadHandler`. Only `store` is needed. */
export interface UploadHandlerOptions {
  /** Where bytes and records are kept: `memoryStore()`, `diskStore({ dir })`. */
  readonly store: UploadStore
  /** Path of the uploads: `/api/uploads/`. */
  readonly path?: string
  /** Who asks. Without it everybody who knows an id may touch the upload. */
  readonly authenticate?: Authenticate
  /** Whether nobody in particular is turned away (401, or 403 without a challenge). Default: yes, with `authenticate`. */
  readonly requireSignIn?: boolean
  /**
   * Whether everybody sees their own uploads only (default). `false`: all see all. `signed-in`: only who is signed in is
   * restricted, as in the m3hrdadfi fork; nobody in particular then sees and ends everything.
   */
  readonly ownerRestricted?: boolean | 'signed-in'
  /** Which sessions one may see and touch, instead of the rule above. */
  readonly visible?: (session: SessionRecord, viewer: Viewer) => boolean
  /** How long an unfinished upload is kept after its last byte, in milliseconds: a day. */
  readonly lifetimeMs?: number
  /** How long one that has no byte yet is kept, in milliseconds: an hour. */
  readonly emptyLifetimeMs?: number
  /** How long a finished upload is kept, in milliseconds: for ever. */
  readonly retentionMs?: number
  /** What a finish must prove: `md5` (default), `sha256`, or nothing. */
  readonly checksum?: ChecksumAlgorithm | false
  /** Greatest size of a file in bytes, for all or per request. */
  readonly maxSize?: number | ((request: Request) => Promise<number | undefined> | number | undefined)
  /** How stored files are called. */
  readonly files?: Partial<Naming>
  /** What stands before a file's path in answers: `/media/`. Nothing is served there by this handler. */
  readonly mediaUrl?: string
  /** Scheme and host in the urls of answers, `https://files.example`; absent: those of the request. */
  readonly origin?: string
  /** Whether `X-Forwarded-Proto` and `X-Forwarded-Host` are believed. Only behind a proxy that sets them. */
  readonly trustProxy?: boolean
  /**
   * Called with each finished, verified file before its upload counts as complete. What it returns is the answer to the
   * finish. An `UploadProblem` that it throws is the answer too, and the upload stays complete; anything else is a 500, and
   * the next finish calls it again: so it may be called more than once for one id.
   */
  readonly onComplete?: CompleteHook
  /**
   * Told of errors that nobody foresaw, since a 500 tells the client nothing but a `requestId`. Default: `console.error`.
   */
  readonly onError?: OnError
  /** Which pages of other origins may use the server: none. */
  readonly cors?: CorsOptions
  /**
   * With `authenticate`: how requests are refused that a page of another site has made a browser send, with the cookies of
   * its person. On unless `false`: then a page of any site may act in the name of whoever is signed in by a cookie.
   */
  readonly csrf?: CsrfOptions | false
  /** Whether finished files are given back, at the address of the upload and `file/` behind it. Default: no. */
  readonly downloads?: DownloadOptions | boolean
  /** Told of each request and each change of a session: for logs and metrics. */
  readonly observe?: Observe
  readonly throttle?: ThrottleOptions
  /** What uploads may take, of one owner or address and together. Default: no limits. */
  readonly limits?: LimitOptions
  /** Whether `DELETE` ends an upload. Default: yes, unless `compat` says what to be like. */
  readonly terminate?: boolean
  /**
   * What is spoken: all three on one address, told apart by their headers. Default: `['drf', 'tus', 'ietf']`, with `compat`
   * only `['drf']`.
   */
  readonly dialects?: readonly DialectName[]
  /** Whose answers to give exactly. Default: those of 0.6.0 and our own `DELETE`. */
  readonly compat?: DrfCompat
  readonly drf?: DrfOptions
  /** Who keeps writers apart; handlers over the same store share one anyway. */
  readonly locks?: Locks
  /**
   * Where limits and throttles are counted: `redisCounts({ redis })` for several nodes over one store. Default: in memory; handlers
   * over the same store count together anyway.
   */
  readonly counts?: Counting
  /** The clock, in milliseconds since 1970. */
  readonly now?: () => number
}

/** A wire dialect: drf-chunked-upload, tus 1.0, or the IETF draft of resumable uploads. */
export type DialectName = 'drf' | 'tus' | 'ietf'

/** Is told of an error that nobody foresaw, and of the request that met it; of none where it was nobody's. */
export type OnError = (error: unknown, request?: Request, requestId?: string) => void

/** The options made whole, for everybody inside. */
export interface HandlerSettings extends SessionSettings {
  readonly authenticate: Authenticate | undefined
  readonly requireSignIn: boolean
  readonly cors: CorsOptions | undefined
  readonly throttle: ThrottleOptions | undefined
  readonly csrf: Required<CsrfOptions> | false
  readonly downloads: DownloadOptions | undefined
  readonly observe: Observe | undefined
  readonly onError: OnError
  readonly trustProxy: boolean
  readonly drf: DrfSettings
  readonly dialects: readonly DialectName[]
}

const hour = 3_600_000
const day = 24 * hour

export function resolveOptions(options: UploadHandlerOptions): HandlerSettings {
  check(options)
  const { store, authenticate, compat, cors, throttle, visible, onComplete } = options
  const { path = '/api/uploads/', mediaUrl = '/media/', checksum = 'md5', maxSize = Infinity } = options
  const naming = { ...defaultNaming, ...options.files }
  checkNaming(naming)
  checkNames(naming)
  const { drf = {} } = options
  const { ownerRestricted = true } = options
  const { counts = memoryCounts, now = Date.now, onError = (error) => console.error(error) } = options
  const owner = drf.owner ?? (authenticate ? 'required' : 'none')
  return {
    store,
    locks: options.locks ?? locksOf(store),
    counts: counts({ store, now, onError }),
    now,
    naming,
    lifetimeMs: options.lifetimeMs ?? day,
    emptyLifetimeMs: options.emptyLifetimeMs ?? hour,
    retentionMs: options.retentionMs ?? Infinity,
    completedExpire: compat === 'fork',
    visible: visible ?? seesOwn(owner === 'none' ? false : ownerRestricted),
    onComplete,
    mediaUrl,
    limits: resolveLimits(options.limits),
    acceptsTruncated: compat !== undefined,
    expects: checksum === false ? undefined : checksum,
    authenticate,
    requireSignIn: options.requireSignIn ?? authenticate !== undefined,
    cors,
    throttle,
    csrf: csrfOf(options),
    downloads: options.downloads === true ? {} : options.downloads || undefined,
    observe: options.observe,
    trustProxy: options.trustProxy ?? false,
    onError,
    dialects: options.dialects ?? (compat === undefined ? ['drf', 'tus', 'ietf'] : ['drf']),
    drf: {
      fileField: drf.fileField ?? 'file',
      owner,
      ids: drf.ids ?? 'uuid',
      trailingSlash: drf.trailingSlash ?? true,
      pageSize: drf.pageSize,
      rawBodies: drf.rawBodies ?? false,
      serialize: drf.serialize,
      validate: drf.validate,
      viewName: drf.viewName ?? 'Chunked Upload',
      texts: { ...drfTexts, ...drf.texts },
      fork: drf.fork ?? {},
      compat,
      path,
      checksum,
      terminate: options.terminate ?? (compat === undefined || compat === 'fork'),
      mediaUrl,
      completeExtension: naming.completeExtension,
      maxSize: async (request) => (typeof maxSize === 'function' ? ((await maxSize(request)) ?? Infinity) : maxSize),
      origin: originOf(options),
    },
  }
}

const sharedLocks = new WeakMap<UploadStore, Locks>()

/** Handlers over one store must not each have locks of their own. */
function locksOf(store: UploadStore): Locks {
  const locks = sharedLocks.get(store) ?? memoryLocks()
  sharedLocks.set(store, locks)
  return locks
}

function seesOwn(restricted: boolean | 'signed-in'): SessionSettings['visible'] {
  if (restricted === false) return () => true
  return (session, { owner }) => (owner === undefined ? restricted === 'signed-in' : session.owner === owner)
}

/** Pages that may send cookies here may also change something by them. */
function csrfOf({ csrf = {}, cors, authenticate }: UploadHandlerOptions): HandlerSettings['csrf'] {
  if (csrf === false || !authenticate) return false
  const { origins = [], headers = [] } = csrf
  const admitted = cors?.credentials && cors.origins !== '*' ? cors.origins : []
  const told = [...headers, ...(authenticate.headers ?? [])].map((name) => name.toLowerCase())
  return {
    origins: [...origins, ...admitted],
    headers: [...vouchingHeaders, ...told.filter((name) => name !== 'authorization')],
  }
}

function originOf({ origin, trustProxy = false }: UploadHandlerOptions): (request: Request) => string {
  if (origin !== undefined) return () => origin
  return ({ url, headers }) => {
    const { protocol, host } = new URL(url)
    if (!trustProxy) return `${protocol}//${host}`
    const told = (name: string): string | undefined => headers.get(name)?.split(',', 1)[0]?.trim().toLowerCase()
    const scheme = told('x-forwarded-proto') ?? protocol.slice(0, -1)
    const named = told('x-forwarded-host') ?? ''
    // What is no host must not become part of an address (S31).
    const isHost = /^[a-z0-9._-]+(?::\d+)?$|^\[[0-9a-f:.]+\](?::\d+)?$/.test(named) && URL.canParse(`http://${named}`)
    return `${scheme === 'https' ? 'https' : 'http'}://${isHost ? named : host}`
  }
}

const known: Readonly<Record<keyof UploadHandlerOptions, true>> = {
  store: true,
  path: true,
  authenticate: true,
  requireSignIn: true,
  ownerRestricted: true,
  visible: true,
  lifetimeMs: true,
  emptyLifetimeMs: true,
  retentionMs: true,
  checksum: true,
  maxSize: true,
  files: true,
  mediaUrl: true,
  origin: true,
  trustProxy: true,
  onComplete: true,
  onError: true,
  cors: true,
  csrf: true,
  downloads: true,
  observe: true,
  throttle: true,
  limits: true,
  terminate: true,
  compat: true,
  dialects: true,
  drf: true,
  locks: true,
  counts: true,
  now: true,
}

const knownDrf: Readonly<Record<keyof DrfOptions, true>> = {
  fileField: true,
  owner: true,
  ids: true,
  trailingSlash: true,
  pageSize: true,
  rawBodies: true,
  serialize: true,
  validate: true,
  viewName: true,
  texts: true,
  fork: true,
}

/** A misspelt option would silently be the default. */
function refuseUnknown(options: object, names: object, prefix: string): void {
  for (const name of Object.keys(options))
    if (!Object.hasOwn(names, name)) throw new TypeError(`Unknown option ${prefix}${name}`)
}

function check(options: UploadHandlerOptions): void {
  const refuse = (name: string, expected: string, value: unknown): never => {
    throw new TypeError(`Option ${name}: expected ${expected}, got ${JSON.stringify(value) ?? String(value)}`)
  }
  refuseUnknown(options, known, '')
  refuseUnknown(options.drf ?? {}, knownDrf, 'drf.')
  const {
    store,
    path,
    checksum,
    lifetimeMs,
    emptyLifetimeMs,
    retentionMs,
    maxSize,
    compat,
    origin,
    mediaUrl,
    drf = {},
  } = options
  if (typeof store !== 'object' || store === null) refuse('store', 'memoryStore() or diskStore({ dir })', store)
  const slash = drf.trailingSlash ?? true
  if (path !== undefined && !(slash ? /^\/(?:[^/?#]+\/)*$/ : /^\/[^?#]*[^/?#]$/).test(path))
    refuse('path', slash ? 'a path like "/api/uploads/"' : 'a path like "/api/uploads"', path)
  if (checksum !== undefined && ![false, 'md5', 'sha256'].includes(checksum))
    refuse('checksum', '"md5", "sha256" or false', checksum)
  for (const [name, value] of Object.entries({ lifetimeMs, emptyLifetimeMs, retentionMs }))
    if (value !== undefined && !(typeof value === 'number' && value > 0)) refuse(name, 'milliseconds above 0', value)
  if (typeof maxSize === 'number' && !(maxSize > 0)) refuse('maxSize', 'bytes above 0', maxSize)
  if (compat !== undefined && !['0.6.0', '0.5.1', 'fork'].includes(compat))
    refuse('compat', '"0.6.0", "0.5.1" or "fork"', compat)
  const { dialects, csrf, counts } = options
  if (counts !== undefined && typeof counts !== 'function') refuse('counts', 'redisCounts({ redis })', counts)
  if (csrf !== undefined && csrf !== false) {
    refuseUnknown(csrf, { origins: true, headers: true }, 'csrf.')
    for (const listed of csrf.origins ?? [])
      if (!isOrigin(listed)) refuse('csrf.origins', 'something like "https://app.example"', listed)
  }
  if (typeof options.downloads === 'object') checkDownloads(options.downloads)
  if (dialects !== undefined && !(dialects.length > 0 && dialects.every((name) => /^(?:drf|tus|ietf)$/.test(name))))
    refuse('dialects', 'some of "drf", "tus", "ietf"', dialects)
  if (origin !== undefined && !isOrigin(origin)) refuse('origin', 'something like "https://files.example"', origin)
  if (mediaUrl !== undefined && !mediaUrl.endsWith('/')) refuse('mediaUrl', 'a path that ends in "/"', mediaUrl)
}

const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text

function checkDownloads(downloads: DownloadOptions): void {
  refuseUnknown(downloads, { images: true, redirectSeconds: true }, 'downloads.')
  const { redirectSeconds = 1 } = downloads
  // S3 signs for a week at most.
  if (!(Number.isInteger(redirectSeconds) && redirectSeconds >= 1 && redirectSeconds <= 604_800))
    throw new TypeError(
      `Option downloads.redirectSeconds: expected 1 to 604800, got ${JSON.stringify(redirectSeconds)}`,
    )
}
