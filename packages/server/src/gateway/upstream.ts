import { UploadProblem } from '../problem.ts'
import { wayOf } from '../send-on.ts'

/** How a host is asked: with the secret, which is nowhere else, and never by another name than those allowed. */
export interface Upstream {
  /**
   * Asks the host. Resolves to any answer but a redirect, once all of it has come; what a status means is for `refused` to say.
   *
   * @throws UploadProblem `unavailable` (502 for a host that cannot be reached, 504 for one that does not answer in time).
   */
  ask(call: UpstreamCall): Promise<Response>
  /**
   * The address in an answer, if the host may have it.
   *
   * @throws UploadProblem `unavailable` (502) for any other.
   */
  place(text: string | null): string
}

/** One request to a host. */
export interface UpstreamCall {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below the base, each piece as it is: it is encoded here. Or an address that `place` has let pass. */
  readonly to: readonly string[] | string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly json?: unknown
  /** Streamed, of so many bytes. */
  readonly body?: { readonly stream: ReadableStream<Uint8Array>; readonly length: number }
  /** How long its answer may take, in milliseconds. Default: that of the upstream. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal | undefined
}

/** Options of {@link createUpstream}. */
export interface UpstreamOptions {
  /** Where the API is: scheme, host and path. */
  readonly base: string
  /** The value of `Authorization`. */
  readonly authorization: string
  /** Origins that bytes may be sent to; `https://*.example` for all hosts below one. */
  readonly origins: readonly string[]
  /** How the paths there begin. */
  readonly prefix: string
  /** How long an answer may take, in milliseconds: 15 000. */
  readonly timeoutMs?: number
  /** Default: the platform's, and for a streamed body the way that it came with. */
  readonly fetch?: typeof fetch
}

/**
 * The way to a host. The secret goes to the base, and to addresses that the base has given and the rules let pass: https, a listed
 * origin, no credentials, the path's beginning. No redirect is followed: it would take the secret along.
 */
export function createUpstream(options: UpstreamOptions): Upstream {
  const { base, authorization, origins, prefix, timeoutMs: usual = 15_000, fetch: send = fetch } = options
  const root = base.replace(/\/+$/, '')
  const redirect = refusal()

  function addressOf(to: readonly string[] | string, query: Readonly<Record<string, string>>): string {
    if (typeof to === 'string') return place(to)
    const url = new URL(`${root}${to.map((piece) => `/${encodeURIComponent(checked(piece))}`).join('')}`)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    return url.href
  }

  function place(text: string | null): string {
    const url = text !== null && URL.canParse(text) ? new URL(text) : undefined
    const isPlain = url?.username === '' && url.password === '' && url.hash === ''
    if (url && isPlain && origins.some((origin) => fits(url, origin)) && url.pathname.startsWith(prefix))
      return url.href
    throw bad('The video host named an address that it must not have')
  }

  return {
    place,
    async ask({ method, to, query = {}, headers = {}, json, body, timeoutMs = usual, signal }) {
      const url = addressOf(to, query)
      const late = new AbortController()
      const timer = setTimeout(() => late.abort(), timeoutMs)
      const own = {
        ...headers,
        Authorization: authorization,
        ...(json !== undefined && { 'Content-Type': 'application/json' }),
      }
      const common = {
        method,
        headers: body ? { ...own, 'Content-Length': String(body.length) } : own,
        signal: signal ? AbortSignal.any([signal, late.signal]) : late.signal,
      }
      const init: RequestInit & { duplex?: 'half' } = {
        ...common,
        redirect: body ? redirect : 'manual',
        ...(json !== undefined && { body: JSON.stringify(json) }),
        ...(body && { body: body.stream, duplex: 'half' as const }),
      }
      // Who brings a fetch of their own has a reason.
      const sendOn = body && options.fetch === undefined ? wayOf(body.stream) : undefined
      try {
        const response = await (body && sendOn ? sendOn(url, { ...common, body: body.stream }) : send(url, init))
        const { status } = response
        if (status >= 300 && status < 400) {
          await response.body?.cancel()
          throw bad('The video host sent us elsewhere')
        }
        return await collected(response)
      } catch (cause) {
        signal?.throwIfAborted()
        if (cause instanceof UploadProblem) throw cause
        if (late.signal.aborted) throw bad('The video host does not answer', { status: 504, cause })
        throw bad('The video host cannot be reached', { cause })
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

/** The longest answer of a host that is read, in bytes: lists of a thousand videos are the longest. */
const longest = 8 * 1024 ** 2

// Answers are short, and one that stops half-way is late as one that never comes.
async function collected(response: Response): Promise<Response> {
  const { status, headers } = response
  const body: ReadableStream<Uint8Array<ArrayBuffer>> | null = response.body
  if (!body) return response
  const pieces: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  for await (const piece of body) {
    size += piece.length
    if (size > longest) throw bad('The video host tells more than is read')
    pieces.push(piece)
  }
  return new Response(size === 0 ? null : new Blob(pieces), { status, headers })
}

/**
 * How a request with a streamed body refuses to be redirected. A body that could be sent once more, to where a redirect leads, is kept
 * by Node's fetch until the request is over, all of it (https://github.com/nodejs/undici/issues/4058). Not all platforms know "error".
 */
function refusal(): Request['redirect'] {
  try {
    return new Request('http://localhost/', { redirect: 'error' }).redirect
  } catch {
    return 'manual'
  }
}

// An id is never a way through the API.
function checked(piece: string): string {
  if (/^[\w-]{1,128}$/.test(piece)) return piece
  throw bad('The video host named something that is no id')
}

function fits(url: URL, origin: string): boolean {
  const [scheme, domain] = origin.split('//*')
  if (domain === undefined) return url.origin === origin
  return url.protocol === scheme && url.port === '' && url.hostname.endsWith(domain)
}

const bad = (detail: string, more: { readonly status?: number; readonly cause?: unknown } = {}): UploadProblem =>
  new UploadProblem('unavailable', detail, { status: 502, ...more })

/** What the status of a host's answer means to who asked us: its own words stay with us. */
export function refused(response: Response): UploadProblem {
  const { status, headers } = response
  const after = Number(headers.get('Retry-After') ?? NaN)
  const retry = Number.isFinite(after) && after >= 0 ? { retryAfter: Math.ceil(after) } : {}
  switch (status) {
    case 401:
    case 403:
      // Our key, not the person's sign-in.
      return new UploadProblem('unavailable', 'The video host does not accept our key', { status: 502 })
    case 404:
    case 410:
      return new UploadProblem('gone', 'The video host does not know this upload')
    case 408:
      return new UploadProblem('unavailable', 'The video host found this too slow', { status: 504, ...retry })
    case 409:
      return new UploadProblem('offset-mismatch', 'Offsets do not match')
    case 413:
      return new UploadProblem('too-large', 'The video host takes nothing so large')
    case 423:
      return new UploadProblem('locked', 'Another request is at work on this upload', { retryAfter: 1, ...retry })
    case 429:
      return new UploadProblem('too-many-requests', 'The video host wants fewer requests', retry)
    case 503:
      return new UploadProblem('unavailable', 'The video host is not available', retry)
    default:
      return status < 500
        ? new UploadProblem('malformed', 'The video host refuses this', { status: status === 422 ? 422 : 400 })
        : new UploadProblem('unavailable', 'The video host has failed', { status: 502, ...retry })
  }
}
