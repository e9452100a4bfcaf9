import type { Authenticate } from '../auth.ts'
import { UploadProblem } from '../problem.ts'
import { digestOf, sameDigest } from './secrets.ts'
import { signatureOf } from './sign-request.ts'

/** Whose a signing secret is. */
export interface SigningSecret {
  readonly owner: string
  /** At least 16 characters, random. */
  readonly secret: string
}

/** Secret by the name of its key, or a function that looks it up; `undefined` for a key that is not (or no longer) known. */
export type SigningSecrets =
  | Readonly<Record<string, SigningSecret>>
  | ((key: string) => Promise<SigningSecret | undefined> | SigningSecret | undefined)

/** Options of {@link signedQueryAuth}. */
export interface SignedQueryOptions {
  /** How far the time of a signature may be from the server's clock, to either side, in milliseconds: five minutes. */
  readonly windowMs?: number
  /**
   * Whether each signature is good for one request only. Then no two requests of one key may have the same method, path and
   * timestamp. Kept in memory, by this process alone. Default: no.
   */
  readonly once?: boolean
  /** How many signatures are kept with `once`; when more come within the window, they are too many requests: 100 000. */
  readonly remembered?: number
  /** The clock, in milliseconds since 1970. */
  readonly now?: () => number
}

const challenge = 'Signed-Query'
const headerNames = { key: 'x-signature-key', timestamp: 'x-signature-timestamp', signature: 'x-signature' } as const
const names = ['key', 'timestamp', 'signature'] as const

const leastSecret = 16

/**
 * Signs in by a signature, so that no secret crosses the wire: HMAC-SHA256, in hex, over the method, the path and the time
 * in milliseconds since 1970, with a line break between each. It comes with the name of its key in the query (`key`,
 * `timestamp`, `signature`) or in headers (`X-Signature-Key`, `X-Signature-Timestamp`, `X-Signature`). The body, the query
 * and the host are not signed. `signRequest` makes the headers; docs/server.md has it step by step.
 *
 * @throws TypeError for a secret that is too short and for a wrong option.
 * @example
 * createUploadHandler({ store, authenticate: signedQueryAuth({ importer: { owner: 'alice', secret } }) })
 */
export function signedQueryAuth(
  secrets: SigningSecrets,
  { windowMs = 300_000, once = false, remembered = 100_000, now = Date.now }: SignedQueryOptions = {},
): Authenticate {
  if (!(windowMs > 0)) throw new TypeError(`Option windowMs: expected milliseconds above 0, got ${windowMs}`)
  const find = typeof secrets === 'function' ? secrets : findIn(secrets)
  const first = once ? firstUses(remembered, windowMs, now) : () => true
  const refuse = (detail: string): UploadProblem => new UploadProblem('unauthorized', detail, { challenge })

  const authenticate = async (request: Request): Promise<string | undefined> => {
    const { pathname, searchParams } = new URL(request.url)
    const inQuery = searchParams.has('signature')
    const [key, timestamp, signature] = names.map((name) =>
      inQuery ? searchParams.get(name) : request.headers.get(headerNames[name]),
    )
    if (signature == null) return undefined
    if (!key || !timestamp) throw refuse(`Incomplete signature: the ${key ? 'timestamp' : 'key'} is missing.`)
    const at = now()
    if (!/^\d{1,15}$/.test(timestamp) || Math.abs(Number(timestamp) - at) > windowMs)
      throw refuse(`Expected a timestamp within ${windowMs} ms of ${at}, in milliseconds since 1970.`)
    const found = await find(key)
    // A key that is not known takes as long as a wrong signature. WebCrypto promises no constant time for `verify`, so
    // digests are compared, which does not tell of their common beginning either.
    const expected = await signatureOf(found?.secret ?? 'nobody', request.method, pathname, timestamp)
    const right = sameDigest(await digestOf(signature.toLowerCase()), await digestOf(expected))
    if (!right || !found) throw refuse('Invalid signature.')
    if (!first(`${key} ${expected}`, Number(timestamp))) throw refuse('This signature was used before.')
    return found.owner
  }
  return Object.assign(authenticate, { challenge, headers: Object.values(headerNames) })
}

function findIn(secrets: Readonly<Record<string, SigningSecret>>): (key: string) => SigningSecret | undefined {
  const known = new Map(Object.entries(secrets))
  for (const [key, { secret }] of known)
    if (secret.length < leastSecret)
      throw new TypeError(
        `Cannot sign in by signature: expected ${leastSecret} characters or more as the secret of "${key}"`,
      )
  return (key) => known.get(key)
}

/** Tells whether a signature is seen for the first time; it is kept for as long as it could be used again. */
function firstUses(
  limit: number,
  windowMs: number,
  now: () => number,
): (signature: string, timestamp: number) => boolean {
  const seen = new Map<string, number>()
  return (signature, timestamp) => {
    if (seen.has(signature)) return false
    if (seen.size >= limit) for (const [old, until] of seen) if (until < now()) seen.delete(old)
    // What could come again cannot be forgotten to make room.
    if (seen.size >= limit) {
      const retryAfter = Math.ceil(windowMs / 1000)
      throw new UploadProblem('too-many-requests', 'Too many signed requests', { retryAfter })
    }
    seen.set(signature, timestamp + windowMs)
    return true
  }
}
