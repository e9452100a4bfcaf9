/** Which pages of other origins may use the server. */
export interface CorsOptions {
  /** Origins as browsers send them, `https://app.example`, compared exactly; `*` for all, without credentials. */
  readonly origins: readonly string[] | '*'
  /** Whether cookies and the like may come along. */
  readonly credentials?: boolean
  /** Request headers allowed beside the usual ones. */
  readonly headers?: readonly string[]
  /** How long a browser may remember the permission, in seconds. */
  readonly maxAge?: number
}

const methods = 'DELETE, GET, OPTIONS, PATCH, POST, PUT'
const usualHeaders = [
  'accept',
  'accept-encoding',
  'authorization',
  'content-type',
  'dnt',
  'origin',
  'user-agent',
  'x-csrftoken',
  'x-requested-with',
  'content-range',
]
const day = 86_400

/** Adds what a page of another origin needs to read an answer. */
export interface Cors {
  /** The answer to a preflight; `undefined` if the request is none. */
  preflight(request: Request): Response | undefined
  /** Marks an answer as readable by the request's origin, if that is allowed. */
  allow(request: Request, response: Response): void
}

/**
 * Cross-origin rules (Fetch standard, CORS protocol): an exact list, nothing by default, never `null`, never a wildcard
 * together with credentials.
 *
 * @throws TypeError for an option that would open more than it says.
 */
export function createCors(options: CorsOptions): Cors {
  check(options)
  const { origins, credentials = false, headers = [], maxAge = day } = options
  const allowed = (request: Request): string | undefined => {
    const origin = request.headers.get('origin')
    if (origin === null || origin === 'null') return undefined
    if (origins === '*') return '*'
    return origins.includes(origin) ? origin : undefined
  }
  const open = (request: Request, target: Headers): boolean => {
    if (origins !== '*') target.append('Vary', 'Origin')
    const origin = allowed(request)
    if (origin === undefined) return false
    target.set('Access-Control-Allow-Origin', origin)
    if (credentials) target.set('Access-Control-Allow-Credentials', 'true')
    return true
  }
  return {
    preflight(request) {
      if (request.method !== 'OPTIONS' || !request.headers.has('access-control-request-method')) return undefined
      const target = new Headers({ 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': '0' })
      if (open(request, target)) {
        target.set('Access-Control-Allow-Headers', [...new Set([...usualHeaders, ...headers])].join(', '))
        target.set('Access-Control-Allow-Methods', methods)
        target.set('Access-Control-Max-Age', String(maxAge))
      }
      return new Response(null, { status: 200, headers: target })
    },
    allow(request, response) {
      if (!open(request, response.headers)) return
      const names = [...response.headers.keys()].filter((name) => !name.startsWith('access-control-'))
      response.headers.set('Access-Control-Expose-Headers', names.join(', '))
    },
  }
}

function check({ origins, credentials }: CorsOptions): void {
  if (origins === '*') {
    if (credentials) throw new TypeError('Option cors: origins "*" cannot be combined with credentials')
    return
  }
  for (const origin of origins) {
    const parsed = URL.canParse(origin) ? new URL(origin).origin : undefined
    if (parsed !== origin)
      throw new TypeError(
        `Option cors.origins: expected something like "https://app.example", got ${JSON.stringify(origin)}`,
      )
  }
}
