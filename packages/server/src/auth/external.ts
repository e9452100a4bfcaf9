import type { Authenticate } from '../auth.ts'
import { isProblem, UploadProblem } from '../problem.ts'
import { unless } from '../unless.ts'
import { authorityAt, type Authority } from './authority.ts'
import { briefMap } from './brief-map.ts'
import { isHeaderName } from './header-name.ts'
import { digestOf } from './secrets.ts'

/** Options of {@link externalAuth}. Times are milliseconds. */
export interface ExternalOptions {
  /** Address that is asked (see `authorityAt`), or a function. From the configuration alone, never made of a request (S30). */
  readonly authority: string | URL | Authority
  /** Headers of the request that the authority gets, and nothing else of it: `Authorization`. */
  readonly forward?: readonly string[]
  /**
   * Pages that may send cookies, where those are forwarded, beside the ones of the same host: `https://app.example`. A
   * browser adds cookies to requests of any page, so those of others are refused.
   */
  readonly origins?: readonly string[]
  /** How long the authority may take: 5 000. */
  readonly timeoutMs?: number
  /** How long an owner is remembered, so how long one who was shut out still gets in: 30 000. */
  readonly rememberMs?: number
  /** How long wrong credentials, and nobody in particular, are remembered: 2 000. */
  readonly refusedMs?: number
  /** How many of either are remembered: 10 000. */
  readonly limit?: number
  /** The way to sign in, for `WWW-Authenticate`: `Bearer`. */
  readonly challenge?: string
  /** The clock, in milliseconds since 1970. */
  readonly now?: () => number
}

/** What the authority has said. */
type Verdict = { readonly owner: string | undefined } | { readonly problem: UploadProblem }

/** In seconds: an authority that is being restarted. */
const retryAfter = 5

/**
 * Lets another server say who asks, and remembers its answer briefly, by a digest of the credentials. Requests with the same
 * credentials share one question. A request without any is nobody in particular, and no question. An authority that cannot be
 * reached, or talks nonsense, is 503 with `Retry-After`: nobody is signed out by it, and it is not remembered.
 *
 * @throws TypeError for an option that is wrong.
 * @example
 * createUploadHandler({ store, authenticate: externalAuth({ authority: 'http://127.0.0.1:8000/whoami/' }) })
 */
export function externalAuth(options: ExternalOptions): Authenticate {
  const { timeoutMs = 5000, rememberMs = 30_000, refusedMs = 2000, limit = 10_000 } = options
  const { origins = [], challenge = 'Bearer', now = Date.now } = options
  for (const [name, value] of Object.entries({ timeoutMs, rememberMs, refusedMs, limit }))
    if (!(value > 0)) throw new TypeError(`Option ${name}: expected a number above 0, got ${String(value)}`)
  const forward = readForward(options.forward ?? ['Authorization'])
  const authority = readAuthority(options.authority, challenge)
  const owners = briefMap<Verdict>(limit, rememberMs, now)
  // Apart, so that a flood of wrong credentials does not push out the right ones.
  const refused = briefMap<Verdict>(limit, refusedMs, now)
  const underway = new Map<string, Promise<Verdict>>()

  async function question(key: string, credentials: Headers): Promise<Verdict> {
    const since = now()
    const verdict = await judge(authority, credentials, AbortSignal.timeout(timeoutMs))
    const kept = 'owner' in verdict && verdict.owner !== undefined ? owners : refused
    kept.set(key, verdict, since)
    return verdict
  }

  function share(key: string, credentials: Headers): Promise<Verdict> {
    const shared = underway.get(key) ?? question(key, credentials).finally(() => underway.delete(key))
    underway.set(key, shared)
    return shared
  }

  const authenticate = async (request: Request): Promise<string | undefined> => {
    const credentials = pick(request, forward)
    if (!credentials) return undefined
    if (credentials.has('cookie') && !mayChange(request, origins))
      throw new UploadProblem('forbidden', 'Cookies are taken from pages of this site only.')
    const key = await digestOf(JSON.stringify([...credentials]))
    // Whoever leaves stops waiting, and the question goes on for the others.
    const verdict = owners.get(key) ?? refused.get(key) ?? (await unless(share(key, credentials), request.signal))
    if ('problem' in verdict) throw verdict.problem
    return verdict.owner
  }
  return Object.assign(authenticate, { challenge, headers: forward.filter((name) => name !== 'cookie') })
}

async function judge(authority: Authority, credentials: Headers, signal: AbortSignal): Promise<Verdict> {
  try {
    return { owner: await unless(ask(authority, credentials, signal), signal) }
  } catch (cause) {
    if (isProblem(cause, 'unauthorized', 'forbidden')) return { problem: cause }
    if (isProblem(cause)) throw cause
    throw new UploadProblem('unavailable', 'Cannot learn who asks at the moment', { retryAfter, cause })
  }
}

/** What a function throws at once is a rejection like any other. */
const ask = async (authority: Authority, credentials: Headers, signal: AbortSignal): Promise<string | undefined> =>
  authority(credentials, signal)

/** The credentials in a request; `undefined` if there are none. */
function pick({ headers }: Request, names: readonly string[]): Headers | undefined {
  const found = new Headers()
  for (const name of names) {
    const value = headers.get(name)
    if (value !== null) found.set(name, value)
  }
  return [...found.keys()].length === 0 ? undefined : found
}

/** Whether cookies count: browsers tell the page's origin with every request that changes something. */
function mayChange({ method, headers, url }: Request, origins: readonly string[]): boolean {
  if (['GET', 'HEAD', 'OPTIONS'].includes(method)) return true
  const origin = headers.get('origin')
  if (origin === null || origins.includes(origin)) return true
  // Only the host is compared: behind a proxy that ends TLS the schemes differ.
  return URL.canParse(origin) && new URL(origin).host === new URL(url).host
}

function readForward(forward: readonly string[]): readonly string[] {
  for (const name of forward)
    if (!isHeaderName(name))
      throw new TypeError(`Option forward: expected names of headers, got ${JSON.stringify(name)}`)
  if (forward.length === 0) throw new TypeError('Option forward: expected names of headers, got none')
  return forward.map((name) => name.toLowerCase()).toSorted()
}

function readAuthority(authority: ExternalOptions['authority'], challenge: string): Authority {
  if (typeof authority === 'function') return authority
  const text = String(authority)
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return authorityAt(url, challenge)
  throw new TypeError(`Option authority: expected an http address or a function, got ${JSON.stringify(text)}`)
}
