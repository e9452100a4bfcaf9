import {
  createUploadHandler,
  memoryStore,
  type SessionRecord,
  type UploadHandler,
  type UploadHandlerOptions,
} from '@chunkwise/server'
import { corrupt, take, untake, type Taken } from './body.ts'
import { realClock, type TestClock } from './clock.ts'
import { courseOf } from './course.ts'
import { kindOf } from './kind.ts'
import { tell, type LogEntry } from './log.ts'
import { createPlay, type Play } from './play.ts'
import type { Script } from './script.ts'
import { transportTo, type ErrorClass, type TransportLike } from './transport.ts'

/** Options of {@link createFaultServer}; each has a default. */
export interface FaultServerOptions {
  /** Where uploads are created. Default `http://localhost/api/uploads/`. */
  readonly endpoint?: string
  /** What becomes of requests. Default: all goes well. */
  readonly script?: Script
  /** The server's time, and that of delays. Default: the platform's. */
  readonly clock?: TestClock
  /** Settings of the upload server itself: limits, authentication, the checksum, a dialect's own. */
  readonly handler?: Omit<UploadHandlerOptions, 'store' | 'path' | 'now' | 'locks'>
  /** Bytes that all uploads together may take; beyond it the server answers 507. */
  readonly storeLimit?: number
}

/** The upload server itself, keeping everything in memory, behind a network that fails by script. */
export interface FaultServer {
  readonly endpoint: string
  /**
   * Sends a request, as `fetch` does: rejects with a `TypeError` if no answer comes, and with the signal's reason when the
   * request is aborted. What had begun to be applied by then is applied.
   */
  fetch(request: Request): Promise<Response>
  /**
   * The same as a transport for `createUploader`: no sockets, no service worker.
   *
   * @param UploadError the client's own class of errors, which this package does not know.
   */
  transport(UploadError: ErrorClass): TransportLike
  /** Whether a path is the server's to answer. */
  owns(pathname: string): boolean
  /** Plays another script from now on, in place of what is left of the one before. */
  play(script: Script): void
  /** How many entries of the script are still to be used. */
  readonly left: number
  /** Everything that was asked, in order. */
  readonly log: readonly LogEntry[]
  /** The log in a few words a line: `'append 10-19/25 lost'`. */
  story(): string[]
  /** What the server knows of its uploads, oldest first. */
  sessions(): Promise<readonly SessionRecord[]>
  /**
   * The bytes that the server has of an upload, by its id or its address.
   *
   * @throws RangeError if there is no such upload.
   */
  bytes(upload: string): Promise<Uint8Array>
  /** Lets the lifetime of an upload, or of all of them, pass: from now on it is known to be expired (410). */
  expire(upload?: string): Promise<void>
  /** Drops what has expired, as the host's clean-up does: from now on it is unknown (404). */
  sweep(): Promise<void>
  /** Applies what is held on its way now (`late`). */
  release(): Promise<void>
  /** Breaks every connection; nothing is answered until `start`. What was stored stays. */
  stop(): void
  /** The server again, as a new process over the same store. */
  start(): void
}

/** Why no answer came, in the words of `fetch`. */
const lost = (why: string): TypeError => new TypeError('Failed to fetch', { cause: new Error(why) })

/**
 * A mock upload server that cannot drift from the real one, since it is the real one, and a network that does to each request
 * what the script says.
 *
 * @throws TypeError for a script or option that is wrong, naming it.
 * @example
 * const server = createFaultServer({ script: ['ok', 'lost', 503] })
 * const uploader = createUploader({ endpoint: server.endpoint, transport: server.transport(UploadError) })
 */
export function createFaultServer(options: FaultServerOptions = {}): FaultServer {
  const { endpoint = 'http://localhost/api/uploads/', script = [], clock = realClock, handler: settings } = options
  if (!URL.canParse(endpoint)) {
    throw new TypeError(
      `Cannot create a fault server: expected "endpoint" to be an absolute address, got ${JSON.stringify(endpoint)}`,
    )
  }
  const root = new URL(endpoint).pathname
  const store = memoryStore(options.storeLimit === undefined ? {} : { limit: options.storeLimit })
  const lifetimeMs = settings?.lifetimeMs ?? 86_400_000
  const boot = (): UploadHandler => createUploadHandler({ ...settings, lifetimeMs, store, path: root, now: clock.now })
  const log: Draft[] = []
  const held = new Set<Held>()
  let play: Play = createPlay(script)
  let handler = boot()
  let power = new AbortController()

  // Virtual time stands while the server is at work.
  async function timeless<Value>(work: Promise<Value>): Promise<Value> {
    const goOn = clock.hold?.()
    try {
      return await work
    } finally {
      goOn?.()
    }
  }

  async function exchange(request: Request, onSent: (bytes: number) => void): Promise<Response> {
    const { method, url, signal } = request
    const kind = kindOf(method, new URL(url).pathname, root)
    const running = !power.signal.aborted
    const draft: Draft = {
      ...{ number: log.length + 1, at: clock.now(), method, url, kind, headers: Object.fromEntries(request.headers) },
      fault: running ? play.next({ method, kind }) : { fault: 'drop' },
      ...{ size: 0, served: [], answered: undefined },
    }
    log.push(draft)
    const connection = AbortSignal.any([signal, power.signal])
    const response = await unless(serve(request, draft, connection, onSent), connection)
    draft.answered = response.status
    return response
  }

  async function serve(
    request: Request,
    draft: Draft,
    connection: AbortSignal,
    onSent: (bytes: number) => void,
  ): Promise<Response> {
    const { fault, number } = draft
    const taken = await timeless(take(request))
    draft.size = taken.bytes.length
    connection.throwIfAborted()
    await release(number)
    connection.throwIfAborted()
    const course = courseOf(fault)
    const { arrives, bytesPerSecond, upTo, turned, heldFor, downMs, answer } = course
    if (course.waitMs > 0) await clock.sleep(course.waitMs, connection)
    if (course.forgotten) await forget(taken.url)
    if (bytesPerSecond < Infinity) await trickle(bytesPerSecond)
    else if (arrives > 0 || answer !== 'lost') onSent(Math.min(upTo, draft.size))
    if (typeof answer === 'object') {
      const { status, headers, body } = answer
      return new Response(body === '' ? null : body, { status, headers })
    }
    if (heldFor !== undefined) {
      held.add({ taken, draft, due: number + heldFor })
      throw lost('It was held on its way')
    }
    if (arrives === 0) throw lost('It never arrived')
    const body = turned === undefined ? taken : corrupt(taken, turned)
    let response = await timeless(handOn(body, draft, upTo))
    if (arrives === 2) response = await timeless(handOn(body, draft, upTo))
    if (downMs !== undefined) {
      kill(downMs)
      throw lost('The server was killed')
    }
    if (upTo < Infinity) throw lost(`The connection was cut after ${upTo} bytes`)
    if (answer === 'lost') throw lost('The answer was lost')
    if (course.answerWaitMs > 0) await clock.sleep(course.answerWaitMs, connection)
    return response

    // Second by second, so that who looks on sees it move.
    async function trickle(perSecond: number): Promise<void> {
      for (let out = 0; out < draft.size;) {
        const piece = Math.min(perSecond, draft.size - out)
        await clock.sleep((piece / perSecond) * 1000, connection)
        onSent((out += piece))
      }
    }
  }

  const stop = (): void => power.abort(lost('The server has stopped'))
  function start(): void {
    stop()
    power = new AbortController()
    handler = boot()
  }
  function kill(ms: number): void {
    const killed = power
    stop()
    void clock.sleep(ms, new AbortController().signal).then(() => {
      // Somebody else may have started it meanwhile.
      if (power === killed) start()
    })
  }

  async function handOn(taken: Taken, draft: Draft, cutAfter = Infinity): Promise<Response> {
    const response = await handler(untake(taken, cutAfter))
    draft.served.push(response.status)
    return response
  }

  async function release(upTo: number): Promise<void> {
    for (const late of held) {
      if (late.due > upTo || !held.delete(late)) continue
      await timeless(handOn(late.taken, late.draft))
    }
  }

  const idOf = (upload: string): string => upload.replace(/\/$/, '').split('/').at(-1) ?? ''

  async function find(upload: string): Promise<SessionRecord> {
    const record = await store.read(idOf(upload))
    if (record) return record
    throw new RangeError(
      `Cannot find the upload "${upload}": the server knows ${(await sessions()).map(({ id }) => id).join(', ') || 'none'}`,
    )
  }

  async function forget(url: string): Promise<void> {
    const record = await store.read(idOf(new URL(url).pathname))
    if (record) await store.remove(record)
  }

  async function sessions(): Promise<SessionRecord[]> {
    const all: SessionRecord[] = []
    for await (const record of store.list()) all.push(record)
    return all.toSorted((one, other) => one.createdAt - other.createdAt)
  }

  return {
    endpoint,
    fetch: (request) => exchange(request, () => {}),
    transport: (UploadError) => transportTo(exchange, UploadError),
    owns: (pathname) => handler.owns(pathname),
    play(next) {
      play = createPlay(next)
    },
    get left() {
      return play.left
    },
    log,
    story: () => log.map(tell),
    sessions,
    async bytes(upload) {
      const file = await store.file(await find(upload))
      return new Uint8Array(await new Response(file?.stream() ?? null).arrayBuffer())
    },
    async expire(upload) {
      for (const record of upload === undefined ? await sessions() : [await find(upload)]) {
        if (record.status === 'complete') continue
        await store.commit({ ...record, revision: record.revision + 1, touchedAt: clock.now() - lifetimeMs })
      }
    },
    async sweep() {
      await handler.sessions.sweep()
    },
    release: () => release(Infinity),
    stop,
    start,
  }
}

interface Draft extends LogEntry {
  size: number
  readonly served: number[]
  answered: number | undefined
}

/** A request that is held on its way until the request of this number comes. */
interface Held {
  readonly taken: Taken
  readonly draft: Draft
  readonly due: number
}

/** The promise, unless the signal is aborted first: then its reason. */
function unless<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
