import { UploadProblem } from './problem.ts'

/** How requests are told apart that a page of somebody else has made a browser send, with its person's cookies. */
export interface CsrfOptions {
  /** Pages of other origins that may change something with cookies, beside those of `cors` with credentials. */
  readonly origins?: readonly string[]
  /** Request headers that vouch too, beside the usual ones (`X-CSRFToken`, `X-Requested-With`, those of the dialects). */
  readonly headers?: readonly string[]
}

/** What a request is judged by. */
export interface CsrfRules {
  /** Scheme and host that the server is known by to this request. */
  readonly own: string
  /** Origins whose pages are trusted. */
  readonly origins: readonly string[]
  /** Headers, in lower case, that no foreign page can send unasked. */
  readonly headers: readonly string[]
}

/** No page can send these to another origin without being asked first by a preflight, and no proxy adds them. */
export const vouchingHeaders: readonly string[] = [
  'x-csrftoken',
  'x-requested-with',
  'content-range',
  'tus-resumable',
  'upload-complete',
  'upload-draft-interop-version',
  'idempotency-key',
]

/** What a form can send anywhere (Fetch standard, "CORS-safelisted request-header"). */
const simpleTypes = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain']

/**
 * Refuses a request that changes something if its credentials are such as a browser adds by itself, and another site's page
 * may have made it (S29). The browser's word counts: `Sec-Fetch-Site`, else `Origin`. Where it says neither, the request
 * must be one that no form can make. A token in a header needs none of this: no page has it but the right one.
 *
 * @throws UploadProblem `forbidden`.
 */
export function refuseForged({ method, headers }: Request, { own, origins, headers: vouching }: CsrfRules): void {
  if (['GET', 'HEAD', 'OPTIONS'].includes(method)) return
  const authorization = headers.get('authorization')
  const cookies = headers.has('cookie')
  // A browser repeats by itself what was typed into its own prompt.
  const prompted = authorization !== null && /^(?:basic|digest|negotiate|ntlm)\b/i.test(authorization)
  if (!cookies && !prompted) return
  if (authorization !== null && !prompted) return

  const site = headers.get('sec-fetch-site')
  const origin = headers.get('origin')
  const listed = origin !== null && origins.includes(origin)
  if (listed || site === 'same-origin' || site === 'none') return
  if (site !== null) throw forged()
  if (origin !== null) {
    // Only the host is compared: behind a proxy that ends TLS the schemes differ.
    if (URL.canParse(origin) && new URL(origin).host === new URL(own).host) return
    throw forged()
  }
  if (cookies && method === 'POST' && isSimple(headers) && !vouching.some((name) => headers.has(name))) throw forged()
}

function isSimple(headers: Headers): boolean {
  const [type = ''] = (headers.get('content-type') ?? '').split(';', 1)
  return type.trim() === '' || simpleTypes.includes(type.trim().toLowerCase())
}

const forged = (): UploadProblem =>
  new UploadProblem('forbidden', 'CSRF Failed: the request may come from a page of another site.')
