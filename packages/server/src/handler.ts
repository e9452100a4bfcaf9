import { createCors } from './cors.ts'
import type { Connection, Dialect, DialectTools } from './dialect.ts'
import { drf } from './dialects/drf.ts'
import { ietf } from './dialects/ietf.ts'
import { tus } from './dialects/tus.ts'
import { headersOf, problemAnswer } from './dialects/wire.ts'
import type { SweepOptions } from './expire.ts'
import { createThrottle } from './limits.ts'
import { resolveOptions, type HandlerSettings, type UploadHandlerOptions } from './options.ts'
import { isProblem, UploadProblem } from './problem.ts'
import { createSessions, type Sessions, type Viewer } from './session.ts'

/** The server as a function: mount it wherever `Request` and `Response` exist. */
export interface UploadHandler {
  (request: Request, connection?: Connection): Promise<Response>
  /** Whether a path is the handler's to answer. */
  owns(pathname: string): boolean
  /** The sessions behind it, for lists, sweeps and own code. */
  readonly sessions: Sessions
  /**
   * Opens the store, repairs what a crash left and goes on with finishes that it cut off; the first request does it
   * otherwise.
   */
  open(): Promise<void>
  /** Ends expired sessions and drops what creations that broke off have left. */
  sweep(options?: SweepOptions): Promise<Swept>
  /** Refuses new requests with 503 from now on; those under way go on. */
  drain(): void
  /** Resolves when no request is under way and the store is closed. */
  close(): Promise<void>
}

/** What a sweep has ended. */
export interface Swept {
  readonly sessions: number
  /** Partial files without a session. */
  readonly orphans: number
}

/** A creation takes seconds; what is older than this and has no session, in milliseconds, never will. */
const orphanAgeMs = 3_600_000

/**
 * The upload server as one fetch-shaped function. Speaks drf-chunked-upload, tus 1.0 and the IETF draft of resumable
 * uploads, all on one address and over the same sessions.
 *
 * @throws TypeError for an option that is wrong, naming it.
 * @example
 * const handler = createUploadHandler({ store: memoryStore() })
 * const response = await handler(new Request('http://localhost/api/uploads/'))
 */
export function createUploadHandler(options: UploadHandlerOptions): UploadHandler {
  const settings = resolveOptions(options)
  const { store, authenticate, requireSignIn, drf: drfSettings } = settings
  const sessions = createSessions(settings)
  const dialects = dialectsOf(settings)
  const cors =
    settings.cors &&
    createCors({
      ...settings.cors,
      headers: [
        ...dialects.flatMap(({ headers }) => headers),
        ...(settings.cors.headers ?? []),
        ...(authenticate?.headers ?? []),
      ],
    })
  const throttle = settings.throttle && createThrottle(settings.throttle, settings.now)
  let opening: Promise<void> | undefined
  let draining = false
  const running = new Set<Promise<Response>>()

  async function start(): Promise<void> {
    await store.open()
    for (const error of (await sessions.resume()).values()) settings.onError(error, undefined)
  }

  const open = (): Promise<void> =>
    (opening ??= start().catch((error: unknown) => {
      // The next request tries again: what was in the way may be gone.
      opening = undefined
      throw error
    }))

  async function identify(request: Request, peer: string): Promise<string | undefined> {
    try {
      return await authenticate?.(request)
    } catch (error) {
      // Guessing costs as much as asking.
      if (isProblem(error, 'unauthorized')) throttle?.(peer)
      // The client is told to come again; why, only the host can mend.
      if (isProblem(error, 'unavailable')) settings.onError(error, request)
      throw error
    }
  }

  async function admit(request: Request, { address }: Connection): Promise<Viewer> {
    const peer = `address ${address ?? ''}`
    const owner = await identify(request, peer)
    if (owner === undefined && requireSignIn) {
      const challenge = authenticate?.challenge
      const text = drfSettings.texts.signIn
      if (challenge === undefined) throw new UploadProblem('forbidden', text)
      throw new UploadProblem('unauthorized', text, { challenge })
    }
    throttle?.(owner === undefined ? peer : `owner ${owner}`)
    refuseEncoded(request)
    return { owner }
  }
  const tools: DialectTools = { sessions, admit }

  async function answer(request: Request, connection: Connection): Promise<Response> {
    const preflight = cors?.preflight(request)
    if (preflight) return preflight
    if (draining) return unavailable()
    try {
      await open()
      const dialect = dialects.find(({ speaks }) => speaks(request)) ?? dialects.at(-1)
      if (!dialect) return new Response(null, { status: 404 })
      const response = await dialect.answer(request, connection, tools)
      return request.method === 'OPTIONS' ? await announce(request, response) : response
    } catch (error) {
      // Whoever has left is no fault of anybody.
      if (!request.signal.aborted || error !== request.signal.reason) settings.onError(error, request)
      return Response.json({ detail: 'Internal server error.' }, { status: 500 })
    }
  }

  /** Whoever asks what is spoken here may mean any dialect. */
  async function announce(request: Request, response: Response): Promise<Response> {
    try {
      for (const dialect of dialects)
        for (const [name, value] of headersOf(await dialect.announce(request))) response.headers.set(name, value)
      return response
    } catch (error) {
      // The host may refuse to name a limit to this one.
      if (isProblem(error)) return problemAnswer(error, {})
      throw error
    }
  }

  async function respond(request: Request, connection: Connection): Promise<Response> {
    const response = secure(await answer(request, connection))
    cors?.allow(request, response)
    return response
  }

  const handler = async (request: Request, connection: Connection = {}): Promise<Response> => {
    const response = respond(request, connection)
    running.add(response)
    try {
      return await response
    } finally {
      running.delete(response)
    }
  }

  return Object.assign(handler, {
    owns: (pathname: string) => `${pathname}/`.startsWith(drfSettings.path) || pathname.startsWith(drfSettings.path),
    sessions,
    open,
    async sweep(sweepOptions?: SweepOptions) {
      await open()
      const { partialExtension, completeExtension } = settings.naming
      const ended = await sessions.sweep(sweepOptions)
      // Where a partial file cannot be told from a finished one, none is dropped.
      const distinct = partialExtension !== '' && partialExtension !== completeExtension
      return { sessions: ended, orphans: distinct ? await store.removeOrphans(partialExtension, orphanAgeMs) : 0 }
    },
    drain() {
      draining = true
    },
    async close() {
      draining = true
      await Promise.allSettled(running)
      await store.close()
    },
  })
}

/** Bytes are stored as they come: what something on the way has packed would be another file (F25). */
function refuseEncoded({ headers }: Request): void {
  if (/^(identity)?$/i.test(headers.get('content-encoding') ?? '')) return
  throw new UploadProblem('unsupported-media-type', 'No Content-Encoding is understood')
}

/** Those that are on, in the order in which they are asked. */
function dialectsOf({ dialects, drf: drfSettings, now }: HandlerSettings): Dialect[] {
  const wire = { ...drfSettings, now }
  const makers = { tus: () => tus(wire), ietf: () => ietf(wire), drf: () => drf(drfSettings) }
  return (['tus', 'ietf', 'drf'] as const).filter((name) => dialects.includes(name)).map((name) => makers[name]())
}

const unavailable = (): Response =>
  Response.json({ detail: 'The server is being restarted' }, { status: 503, headers: { 'Retry-After': '2' } })

/** Adds what every answer carries: no cache keeps it, no page guesses its type, no other site learns the id. */
function secure(response: Response): Response {
  const headers = new Headers(response.headers)
  const cached = headers.get('cache-control')
  headers.set('Cache-Control', cached === null ? 'no-store' : `${cached}, no-store`)
  headers.set('X-Content-Type-Options', 'nosniff')
  headers.set('Referrer-Policy', 'no-referrer')
  return new Response(response.body, { status: response.status, headers })
}
