import { createAdmission } from './admission.ts'
import { createCors } from './cors.ts'
import { readConnection, type Connection, type Dialect, type DialectTools } from './dialect.ts'
import { drf } from './dialects/drf.ts'
import { ietf } from './dialects/ietf.ts'
import { tus } from './dialects/tus.ts'
import { headersOf, problemAnswer } from './dialects/wire.ts'
import { downloads } from './downloads.ts'
import type { SweepOptions } from './expire.ts'
import { healthOf, usageOf, type Health, type Usage } from './health.ts'
import { limitStore } from './limited-store.ts'
import { resolveOptions, type HandlerSettings, type UploadHandlerOptions } from './options.ts'
import { isProblem, noteProblem, problemIn } from './problem.ts'
import { createRoom } from './room.ts'
import { createSessions, type Sessions } from './session.ts'
import { requestEvent, safely, sessionEvent } from './watch.ts'

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
  /** Ends expired sessions, drops what creations that broke off have left, and corrects what is counted. */
  sweep(options?: SweepOptions): Promise<Swept>
  /** Whether it should get requests, and if not, why. */
  health(): Promise<Health>
  /** What uploads take at the moment. */
  usage(): Promise<Usage>
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
  const { authenticate, limits, counts, now, onError, drf: drfSettings } = settings
  const observe = settings.observe && safely(settings.observe, onError)
  const { ledger } = counts
  const room = createRoom(settings.store, ledger, limits.minFree, now)
  let broken = false
  const store = limitStore(settings.store, {
    ledger,
    limits,
    room,
    creations: counts.throttle('creations', { requests: limits.creationsPerMinute, perMs: 60_000 }),
    changed(record) {
      const event = observe && sessionEvent(record)
      if (event) observe(event)
    },
    broken() {
      broken = true
    },
  })
  const sessions = createSessions({ ...settings, store })
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
  let opening: Promise<void> | undefined
  let draining = false
  const running = new Set<Promise<Response>>()
  const owners = new WeakMap<Request, string>()

  async function start(): Promise<void> {
    await store.open()
    for (const error of (await sessions.resume()).values()) onError(error)
  }

  const open = (): Promise<void> =>
    (opening ??= start().catch((error: unknown) => {
      // The next request tries again: what was in the way may be gone.
      opening = undefined
      throw error
    }))

  const admission = createAdmission(settings)
  const tools: DialectTools = {
    sessions,
    async admit(request, connection) {
      const viewer = await admission(request, connection)
      if (viewer.owner !== undefined) owners.set(request, viewer.owner)
      return viewer
    },
  }

  async function answer(request: Request, dialect: Dialect | undefined, call: Call): Promise<Response> {
    const preflight = cors?.preflight(request)
    if (preflight) return preflight
    if (draining) return unavailable()
    try {
      await open()
      if (!dialect) return new Response(null, { status: 404 })
      const response = await dialect.answer(request, call.connection, tools)
      return request.method === 'OPTIONS' ? await announce(request, response) : response
    } catch (error) {
      // Whoever has left is no fault of anybody.
      if (!request.signal.aborted || error !== request.signal.reason) onError(error, request, call.requestId)
      // What it opens or counts with may be back soon.
      if (isProblem(error, 'unavailable')) return problemAnswer(error, {})
      const body = { detail: 'Internal server error.', request: call.requestId }
      return noteProblem(Response.json(body, { status: 500 }), 'internal')
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
    const startedAt = performance.now()
    const requestId = crypto.randomUUID()
    const dialect = dialects.find(({ speaks }) => speaks(request)) ?? dialects.at(-1)
    const answered = await answer(request, dialect, { connection, requestId })
    const response = secure(answered, requestId)
    cors?.allow(request, response)
    if (observe) {
      const [owner, durationMs] = [owners.get(request), performance.now() - startedAt]
      const known = { request, response: answered, connection, requestId, dialect: dialect?.name, owner, durationMs }
      observe(requestEvent(known))
    }
    return response
  }

  const handler = async (request: Request, connection?: Connection): Promise<Response> => {
    const response = respond(request, readConnection(connection))
    running.add(response)
    try {
      return await response
    } finally {
      running.delete(response)
    }
  }

  async function health(): Promise<Health> {
    const fails = async (work: () => Promise<unknown>): Promise<boolean> =>
      work().then(
        () => false,
        () => true,
      )
    const ill = broken || (!draining && ((await fails(open)) || (await fails(async () => store.check?.()))))
    return healthOf({ stopping: draining, store: ill, space: !ill && (await room.isLow().catch(() => true)) })
  }

  return Object.assign(handler, {
    owns: (pathname: string) => `${pathname}/`.startsWith(drfSettings.path) || pathname.startsWith(drfSettings.path),
    sessions,
    open,
    health,
    usage: async () => usageOf(ledger, room, running.size),
    async sweep(sweepOptions?: SweepOptions) {
      await open()
      const { partialExtension, completeExtension } = settings.naming
      const ended = await sessions.sweep(sweepOptions)
      // Where a partial file cannot be told from a finished one, none is dropped.
      const distinct = partialExtension !== '' && partialExtension !== completeExtension
      const orphans = distinct ? await store.removeOrphans(partialExtension, orphanAgeMs) : 0
      await ledger.repair(store)
      return { sessions: ended, orphans }
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

/** What a request is known by beside itself. */
interface Call {
  readonly connection: Connection
  readonly requestId: string
}

/** Those that are on, in the order in which they are asked. */
function dialectsOf({ dialects, downloads: given, drf: drfSettings, now, limits }: HandlerSettings): Dialect[] {
  const wire = { ...drfSettings, now, minChunkSize: limits.minChunkSize }
  const files = given ? [downloads(given, wire)] : []
  const makers = { tus: () => tus(wire), ietf: () => ietf(wire), drf: () => drf(drfSettings) }
  const spoken = (['tus', 'ietf', 'drf'] as const).filter((name) => dialects.includes(name))
  return [...files, ...spoken.map((name) => makers[name]())]
}

const unavailable = (): Response =>
  noteProblem(
    Response.json({ detail: 'The server is being restarted' }, { status: 503, headers: { 'Retry-After': '2' } }),
    'unavailable',
  )

/** Adds what every answer carries: no cache keeps it, no page guesses its type, no other site learns the id. */
function secure(response: Response, requestId: string): Response {
  const headers = new Headers(response.headers)
  const cached = headers.get('cache-control')
  headers.set('Cache-Control', cached === null ? 'no-store' : `${cached}, no-store`)
  headers.set('X-Content-Type-Options', 'nosniff')
  headers.set('Referrer-Policy', 'no-referrer')
  headers.set('X-Request-Id', requestId)
  const secured = new Response(response.body, { status: response.status, headers })
  const code = problemIn(response)
  return code ? noteProblem(secured, code) : secured
}
