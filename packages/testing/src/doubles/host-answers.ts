/** What a double of a video host answers instead of doing what it was asked. */
export interface HostFailure {
  /** Which requests it is about; absent: any. */
  readonly on?: HostCall
  readonly status: number
  /** The header `Retry-After`. */
  readonly retryAfter?: string
  /** How often. Default 1. */
  readonly times?: number
  /** It does what it was asked, and only then answers so: as when its answer is lost on the way. Default: it does nothing. */
  readonly done?: boolean
}

/** What a host is asked: to begin an upload, for its offset, to take a chunk, to make a video or a cut of one, or anything else by its API. */
export type HostCall = 'create' | 'offset' | 'chunk' | 'make' | 'api'

/** Failures in line, each used up by the requests it fits. */
export interface HostFailures {
  add(failure: HostFailure): void
  /** Answers by this work, or as it was told to fail. */
  around(call: HostCall, work: () => Response | Promise<Response>): Promise<Response>
}

export function hostFailures(): HostFailures {
  const line: { readonly failure: HostFailure; left: number }[] = []
  return {
    add: (failure) => void line.push({ failure, left: failure.times ?? 1 }),
    async around(call, work) {
      const next = line.find(({ failure: { on = call }, left }) => left > 0 && on === call)
      if (!next) return work()
      next.left -= 1
      const { status, retryAfter, done = false } = next.failure
      if (done) await work()
      // What hosts say then is for nobody's eyes: it may name what is inside.
      return new Response(`internal host-7.example says no`, {
        status,
        headers: { 'Content-Type': 'text/plain', ...(retryAfter !== undefined && { 'Retry-After': retryAfter }) },
      })
    },
  }
}

/** Headers of an answer that a page of another origin may read. */
export function openToPages(response: Response, exposed: readonly string[]): Response {
  const headers = new Headers(response.headers)
  headers.set('Access-Control-Allow-Origin', '*')
  headers.set('Access-Control-Expose-Headers', exposed.join(', '))
  return new Response(response.body, { status: response.status, headers })
}

/** The answer to a browser that asks beforehand whether it may send. */
export const preflight = (methods: readonly string[], allowed: readonly string[]): Response =>
  new Response(null, {
    status: 204,
    headers: {
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Allow-Methods': methods.join(', '),
      'Access-Control-Allow-Headers': allowed.join(', '),
      'Access-Control-Max-Age': '86400',
    },
  })
