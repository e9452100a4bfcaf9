import type { Metadata } from '@chunkwise/protocol'
import { chunkFloor } from './chunk-size.ts'
import { systemClock } from './clock.ts'
import { djangoCsrf, type Csrf } from './csrf.ts'
import type { OnUnauthorized } from './renewal.ts'
import { action, amount, kind, made, someOf, text, texts, whole, type Choice } from './kinds.ts'
import { adviceToServe } from './opened-from-file.ts'
import { checked, wrong } from './option-check.ts'
import type { Tabs } from './seat.ts'
import { fetchTransport } from './transports/fetch.ts'
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
  /**
   * A fixed size of chunks, at least 64 KiB. Default `'auto'`: found by measuring. Either way no larger than what was refused as too
   * large (413) within a day.
   */
  readonly chunkSize?: number | 'auto'
  /**
   * Uploads at work at the same time. Default 3. Where the browser has Web Locks, all tabs that send to this origin share what
   * is beyond one for each.
   */
  readonly concurrency?: number
  /**
   * Bytes per second that all uploads together may send, at least 16 384: by chunks of two seconds' worth (at least 64 KiB) and
   * pauses between them, so a single chunk still goes as fast as the link. Default: no limit.
   */
  readonly bandwidthLimit?: number
  /**
   * `'background'`: one upload at a time, in chunks of at most 1 MiB, which browsers that know priorities send after everything
   * else; progress is then told chunk by chunk. Default `'normal'`.
   */
  readonly priority?: 'normal' | 'background'
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
  /** How files are hashed, for tests: then other tabs are not asked, unless `tabs` says how. */
  readonly hashing?: Hashing
  /** How tabs agree on who sends what, for tests. */
  readonly tabs?: Tabs
}

type Optional = 'onUnauthorized' | 'accept' | 'store' | 'transport' | 'workerUrl' | 'hashing' | 'tabs'
type Made = 'headers' | 'csrf' | 'retry' | 'metadata' | 'checksum' | 'copies'

/** Options made whole: nobody inside asks whether one is set, but for those that may be missing. */
export interface Resolved extends Required<Omit<UploaderOptions, Optional | Made>>, Pick<UploaderOptions, Optional> {
  readonly headers: () => Promise<Readonly<Record<string, string>>>
  readonly csrf: Csrf | undefined
  readonly retry: RetryPolicy
  readonly metadata: (file: File) => Metadata
  readonly checksum: Algorithm | undefined
  /** Bytes. */
  readonly chunkLimit: number
  readonly copies: { readonly file: number; readonly total: number }
}

/** As long as a chunk may take at a limited rate: the next one waits until that is over. */
const limitedSeconds = 2

/** Only `fetch` knows priorities (Fetch, section 5.4). */
const behindOthers: Transport = (request, options) => fetchTransport({ ...request, priority: 'low' }, options)

const what = 'create an uploader'
const MiB = 1024 * 1024
const defaultCopies = { file: 64 * MiB, total: 256 * MiB }

const choices = {
  endpoint: [text],
  protocol: [made],
  headers: [texts, action],
  credentials: ['omit', 'same-origin', 'include'],
  csrf: [false, someOf(djangoCsrf, text)],
  onUnauthorized: [action],
  chunkSize: ['auto', whole(chunkFloor)],
  concurrency: [whole(1)],
  bandwidthLimit: [whole(16_384)],
  priority: ['normal', 'background'],
  retry: [someOf(defaultRetry, amount)],
  accept: [text],
  minSize: [whole(0)],
  maxSize: [whole(0)],
  maxFiles: [whole(1)],
  metadata: [texts, action],
  checksum: ['md5', 'sha256', false],
  owner: [text],
  store: [false, made],
  copies: [someOf(defaultCopies, amount)],
  transport: [action],
  workerUrl: [text, kind('a URL', (value) => value instanceof URL)],
  autoStart: [true, false],
  clock: [made],
  hashing: [made],
  tabs: [made],
} satisfies Record<keyof UploaderOptions, readonly Choice[]>

const defaults = {
  credentials: 'same-origin',
  chunkSize: 'auto',
  concurrency: 3,
  bandwidthLimit: Infinity,
  priority: 'normal',
  minSize: 0,
  maxSize: Infinity,
  maxFiles: Infinity,
  owner: '',
  autoStart: true,
  clock: systemClock,
} as const

/**
 * Checks options and makes them whole.
 *
 * @throws TypeError that names the option, what was expected and what came.
 */
export function resolve(options: UploaderOptions & { readonly protocol: Protocol }): Resolved {
  const given = checked(what, choices, options)
  const { headers = {}, csrf = {}, metadata = {}, checksum = 'md5', protocol } = given
  const endpoint = absolute(given.endpoint)
  const { concurrency, ...rest } = { ...defaults, ...given }
  const background = rest.priority === 'background'
  const { transport = background ? behindOthers : undefined } = rest
  return {
    ...rest,
    endpoint: endpoint.href,
    concurrency: protocol.far.exclusive || background ? 1 : concurrency,
    chunkLimit: Math.max(chunkFloor, Math.min(rest.bandwidthLimit * limitedSeconds, background ? MiB : Infinity)),
    ...(transport && { transport }),
    headers: async () => (typeof headers === 'function' ? headers() : headers),
    csrf: csrf !== false && endpoint.origin === globalThis.location?.origin ? { ...djangoCsrf, ...csrf } : undefined,
    retry: { ...defaultRetry, ...given.retry },
    metadata: typeof metadata === 'function' ? metadata : () => metadata,
    checksum: checksum === false ? undefined : checksum,
    copies: { ...defaultCopies, ...given.copies },
  }
}

function absolute(endpoint: unknown): URL {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href
  if (typeof endpoint === 'string' && URL.canParse(endpoint, base)) {
    const url = new URL(endpoint, base)
    url.hash = ''
    if (url.protocol === 'http:' || url.protocol === 'https:') return url
  }
  const expected = `an ${base === undefined ? 'absolute ' : ''}http address${adviceToServe()}`
  throw wrong(what, 'endpoint', expected, endpoint)
}
