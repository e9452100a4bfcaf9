import type { IncomingMessage } from 'node:http'
import { createPace, type MinRate } from './body-rate.ts'
import { sendOnByNode } from './node-send-on.ts'
import { markExclusive } from './pieces.ts'
import { UploadProblem } from './problem.ts'
import { markWay } from './send-on.ts'

/** What Express and Connect add to a request. */
export interface NodeRequest extends IncomingMessage {
  readonly originalUrl?: string
  readonly body?: unknown
}

/** A request of Node as the handler takes it, and what goes on with its body. */
export interface Incoming {
  readonly request: Request
  /** Whether the handler has read the body to its end, or there was none. */
  readonly consumed: () => boolean
  /** Bytes of the body that were read so far. */
  readonly received: () => number
}

/** How long a client may take to send, in milliseconds and bytes a second. */
export interface Patience {
  /** How long a body may be silent. */
  readonly idleMs: number
  /** How fast it must come; absent: as slowly as it likes. */
  readonly minRate: Required<MinRate> | undefined
}

const hostGrammar = /^(?:[a-zA-Z0-9._-]+|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?$/

/**
 * Makes a `Request` of Node's. The body is pulled: nothing is read from the socket that was not asked for. It fails with
 * the problem `incomplete-body` when the connection ends before its time, is silent for too long or too slow. `signal` is
 * aborted when nobody waits for the answer any more.
 *
 * @throws UploadProblem `malformed` for a request without a usable `Host`.
 */
export function toRequest(incoming: NodeRequest, patience: Patience, signal: AbortSignal): Incoming {
  let received = 0
  const count = (length: number): void => {
    received += length
  }
  const { method = 'GET' } = incoming
  const hasBody = method !== 'GET' && method !== 'HEAD' && bodyLength(incoming) !== 0
  const body = hasBody ? (parsedBody(incoming) ?? bodyStream(incoming, patience, count)) : null
  const init: RequestInit = { method, headers: readHeaders(incoming), signal, body }
  if (body instanceof ReadableStream) Object.assign(init, { duplex: 'half' })
  return {
    request: new Request(readUrl(incoming), init),
    consumed: () => !hasBody || incoming.readableEnded,
    received: () => received,
  }
}

function readUrl(incoming: NodeRequest): string {
  const { host = '' } = incoming.headers
  if (!hostGrammar.test(host)) throw new UploadProblem('malformed', 'Error in request headers')
  const scheme = 'encrypted' in incoming.socket && incoming.socket.encrypted === true ? 'https' : 'http'
  return `${scheme}://${host}${readTarget(incoming)}`
}

/** Path and query of a request, whatever form its target has; under a mount point of Express the whole path. */
export function readTarget(incoming: NodeRequest): string {
  const target = incoming.originalUrl ?? incoming.url ?? '/'
  // A proxy may send the whole address; only its path is ours to read.
  const path = target.startsWith('/') ? target : target.replace(/^[a-z]+:\/\/[^/?#]*/i, '')
  return path.startsWith('/') ? path : `/${path}`
}

function readHeaders({ rawHeaders }: NodeRequest): Headers {
  const headers = new Headers()
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '')
  return headers
}

/** Bytes that the request announces; `undefined` for a chunked body. */
function bodyLength({ headers }: NodeRequest): number | undefined {
  if (headers['transfer-encoding'] !== undefined) return undefined
  return Number(headers['content-length'] ?? 0)
}

/** A small form that a body parser of Express has read already is put together again. */
function parsedBody({ readableEnded, body, headers }: NodeRequest): string | undefined {
  if (!readableEnded || typeof body !== 'object' || body === null) return undefined
  if (headers['content-type']?.startsWith('application/json')) return JSON.stringify(body)
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(body)) form.append(name, String(value))
  return form.toString()
}

function bodyStream(
  incoming: IncomingMessage,
  { idleMs, minRate }: Patience,
  count: (length: number) => void,
): ReadableStream<Uint8Array> {
  const pace = minRate && createPace(minRate)
  const cut = (detail: string): UploadProblem => new UploadProblem('incomplete-body', detail)
  let wake = (): void => {}
  let cancelled = false
  const onWake = (): void => wake()
  for (const event of ['readable', 'end', 'close', 'error'] as const) incoming.on(event, onWake)

  /** Waits until there is something to read or nothing will come, for so long at most; tells how long that was. */
  async function change(ms: number): Promise<number> {
    const before = performance.now()
    const woken = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), ms)
      wake = () => {
        clearTimeout(timer)
        resolve(true)
      }
    })
    if (woken) return performance.now() - before
    // A process that stood still finds its timers due before it has looked at what came meanwhile.
    await new Promise((resolve) => setImmediate(resolve))
    return ms
  }

  let silentMs = 0
  async function patiently(): Promise<void> {
    const waited = await change(Math.min(idleMs - silentMs, pace?.left ?? Infinity))
    silentMs += waited
    if (pace?.waited(waited, incoming.readableLength)) throw cut('The request was too slow')
    if (silentMs >= idleMs && incoming.readableLength === 0) throw cut(`The request was silent for ${idleMs} ms`)
  }

  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        while (!cancelled) {
          const bytes: unknown = incoming.read()
          if (bytes instanceof Uint8Array) {
            silentMs = 0
            pace?.received(bytes.length)
            count(bytes.length)
            controller.enqueue(bytes)
            return
          }
          if (incoming.readableEnded) {
            controller.close()
            return
          }
          if (incoming.destroyed) throw cut('The request was cut off')
          await patiently()
        }
      },
      cancel() {
        cancelled = true
        wake()
      },
    },
    { highWaterMark: 0 },
  )
  // Whoever listens for data gets the same pieces, and may keep them.
  if (incoming.listenerCount('data') === 0) markExclusive(body)
  markWay(body, sendOnByNode)
  return body
}
