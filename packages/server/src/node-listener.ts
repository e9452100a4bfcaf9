import type { ServerResponse } from 'node:http'
import { resolveRate, type MinRate } from './body-rate.ts'
import type { Connection } from './dialect.ts'
import { informer } from './node-inform.ts'
import { readTarget, toRequest, type NodeRequest } from './node-request.ts'
import { isProblem, problemIn } from './problem.ts'

/** What can be mounted: an upload handler, or anything else as fetch-shaped that knows which paths are its own. */
export interface Mountable {
  (request: Request, connection?: Connection): Promise<Response>
  owns(pathname: string): boolean
}

/** Options of {@link nodeListener}. */
export interface NodeListenerOptions {
  /** How long a body may be silent before its request counts as cut off, in milliseconds: 30 000. */
  readonly idleMs?: number
  /** How fast a body must come, so that nobody holds a place by a byte now and then: 1 000 bytes a second. */
  readonly minRate?: MinRate | false
}

/** A listener for `http.createServer`, and a middleware for Express and Connect: there it passes on what is not its own. */
export type NodeListener = (request: NodeRequest, response: ServerResponse, next?: (error?: unknown) => void) => void

/** After an early answer so much is still read, and so long, for the client to see the answer and not a reset (F16). */
const drainLimits = { bytes: 64 * 1024 ** 2, ms: 2000 }
/**
 * Less after a wrong offset, which can be asked for as well: a browser that sends a chunk again by itself on a connection that
 * was cut (F03) would send all of it for nothing.
 */
const mismatchLimits = { bytes: 1024 ** 2, ms: 2000 }

/**
 * Mounts the handler on Node's http.
 *
 * @throws TypeError for an option that is wrong, naming it.
 * @example
 * http.createServer(nodeListener(handler)).listen(8080)
 * @example
 * express().use(nodeListener(handler))
 */
export function nodeListener(handler: Mountable, options: NodeListenerOptions = {}): NodeListener {
  const { idleMs = 30_000, minRate = {} } = options
  if (!(idleMs > 0)) throw new TypeError(`Option idleMs: expected milliseconds above 0, got ${JSON.stringify(idleMs)}`)
  const patience = { idleMs, minRate: minRate === false ? undefined : resolveRate(minRate) }

  async function answer(incoming: NodeRequest, outgoing: ServerResponse): Promise<void> {
    const left = new AbortController()
    outgoing.once('close', () => {
      if (!outgoing.writableFinished) left.abort()
    })
    let incomingBody: ReturnType<typeof toRequest>
    let response: Response
    try {
      incomingBody = toRequest(incoming, patience, left.signal)
      const { remoteAddress } = incoming.socket
      const inform = informer(outgoing)
      const connection: Connection = {
        received: incomingBody.received,
        ...(remoteAddress === undefined ? {} : { address: remoteAddress }),
        ...(inform ? { inform } : {}),
      }
      response = await handler(incomingBody.request, connection)
    } catch (error) {
      // Only a request that is none gets here: the handler answers everything itself.
      response = Response.json(
        { detail: 'Error in request headers' },
        { status: isProblem(error) ? error.status : 400 },
      )
      incomingBody = { request: new Request('http://localhost/'), consumed: () => false, received: () => 0 }
    }
    const headers = [...response.headers].flat()
    if (incomingBody.consumed()) {
      outgoing.writeHead(response.status, headers)
      if (response.body) await send(response.body, outgoing)
      outgoing.end()
      return
    }
    // Answered early: told whole, then the rest of the body is let pass, and only then does the connection end. Node would
    // end it with the answer, and the reset would hide the answer from a client that is still sending.
    const body = new Uint8Array(await response.arrayBuffer())
    outgoing.setHeader('Connection', 'close')
    if (response.status !== 204) outgoing.setHeader('Content-Length', body.length)
    outgoing.writeHead(response.status, headers)
    outgoing.flushHeaders()
    if (body.length > 0) outgoing.write(body)
    await drain(incoming, problemIn(response) === 'offset-mismatch' ? mismatchLimits : drainLimits)
    outgoing.end()
  }

  return (incoming, outgoing, next) => {
    if (next && !handler.owns(readTarget(incoming).split(/[?#]/, 1)[0] ?? '')) {
      next()
      return
    }
    answer(incoming, outgoing).catch(() => outgoing.destroy())
  }
}

async function send(body: ReadableStream<Uint8Array>, outgoing: ServerResponse): Promise<void> {
  for await (const bytes of body) {
    await write(outgoing, bytes)
    // Whoever has left needs no more of a file.
    if (outgoing.destroyed) return
  }
}

/** Waits where the network is slower than the answer. */
async function write(outgoing: ServerResponse, bytes: Uint8Array): Promise<void> {
  if (outgoing.write(bytes) || outgoing.destroyed) return
  await new Promise<void>((resolve) => {
    const done = (): void => {
      outgoing.off('drain', done).off('close', done)
      resolve()
    }
    outgoing.on('drain', done).on('close', done)
  })
}

/** Reads and forgets the rest of a body, within bounds. */
function drain(incoming: NodeRequest, { bytes: most, ms }: typeof drainLimits): Promise<void> {
  return new Promise((resolve) => {
    let left = most
    const timer = setTimeout(resolve, ms)
    const end = (): void => {
      clearTimeout(timer)
      resolve()
    }
    // Whoever waits to read piece by piece would keep it from flowing.
    incoming.removeAllListeners('readable')
    incoming.on('data', (bytes: Uint8Array) => {
      left -= bytes.length
      if (left < 0) end()
    })
    incoming.once('end', end).once('close', end).resume()
    if (incoming.readableEnded || incoming.destroyed) end()
  })
}
