import type { ServerResponse } from 'node:http'
import type { UploadHandler } from './handler.ts'
import { toRequest, type NodeRequest } from './node-request.ts'
import { isProblem } from './problem.ts'

/** Options of {@link nodeListener}. */
export interface NodeListenerOptions {
  /** How long a body may be silent before its request counts as cut off, in milliseconds: 30 000. */
  readonly idleMs?: number
}

/** A listener for `http.createServer`, and a middleware for Express and Connect: there it passes on what is not its own. */
export type NodeListener = (request: NodeRequest, response: ServerResponse, next?: (error?: unknown) => void) => void

/** After an early answer so much is still read, and so long, for the client to see the answer and not a reset (F16). */
const drainLimits = { bytes: 64 * 1024 ** 2, ms: 2000 }

/**
 * Mounts the handler on Node's http.
 *
 * @example
 * http.createServer(nodeListener(handler)).listen(8080)
 * @example
 * express().use(nodeListener(handler))
 */
export function nodeListener(handler: UploadHandler, { idleMs = 30_000 }: NodeListenerOptions = {}): NodeListener {
  async function answer(incoming: NodeRequest, outgoing: ServerResponse): Promise<void> {
    let incomingBody: ReturnType<typeof toRequest>
    let response: Response
    try {
      incomingBody = toRequest(incoming, idleMs)
      const { remoteAddress } = incoming.socket
      response = await handler(incomingBody.request, remoteAddress === undefined ? {} : { address: remoteAddress })
    } catch (error) {
      // Only a request that is none gets here: the handler answers everything itself.
      response = Response.json(
        { detail: 'Error in request headers' },
        { status: isProblem(error) ? error.status : 400 },
      )
      incomingBody = { request: new Request('http://localhost/'), consumed: () => false }
    }
    const early = !incomingBody.consumed()
    if (early) outgoing.setHeader('Connection', 'close')
    outgoing.writeHead(response.status, [...response.headers].flat())
    if (response.body) for await (const bytes of response.body) await write(outgoing, bytes)
    outgoing.end()
    if (early) drain(incoming)
  }

  return (incoming, outgoing, next) => {
    const path = new URL(incoming.originalUrl ?? incoming.url ?? '/', 'http://localhost').pathname
    if (next && !handler.owns(path)) {
      next()
      return
    }
    answer(incoming, outgoing).catch(() => outgoing.destroy())
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

/** Reads and forgets the rest of a body whose answer is out, within bounds; then the connection ends. */
function drain(incoming: NodeRequest): void {
  const { socket } = incoming
  let left = drainLimits.bytes
  const end = (): void => void socket.destroySoon()
  const timer = setTimeout(end, drainLimits.ms)
  incoming.on('data', (bytes: Uint8Array) => {
    left -= bytes.length
    if (left < 0) end()
  })
  incoming.once('close', () => clearTimeout(timer))
}
