import { csrfHeaders, type Csrf } from './csrf.ts'
import { UploadError } from './errors.ts'
import { retryAfterOf } from './retry.ts'
import { fetchTransport } from './transports/fetch.ts'
import { xhrTransport } from './transports/xhr.ts'
import type { Clock, ProtocolRequest, Reply, Transport, TransportRequest } from './types.ts'
import { watched } from './watchdog.ts'

/** Sends the requests of all uploads to one endpoint. */
export interface Sender {
  send(request: ProtocolRequest, options: { readonly signal: AbortSignal; onSent(bytes: number): void }): Promise<Reply>
}

interface SenderOptions {
  readonly endpoint: string
  readonly headers: () => Promise<Readonly<Record<string, string>>>
  readonly credentials: RequestCredentials
  readonly csrf: Csrf | undefined
  /** Bytes per second. */
  readonly bandwidthLimit: number
  readonly transport?: Transport | undefined
  readonly clock: Clock
}

/** A server that asks for a pause means all requests, not one upload's (F13). */
const pausing: ReadonlySet<number> = new Set([429, 503])

/** Longer than any server is granted: to wait for so long, a clock must have been set back (F78). */
const disbeliefMs = 1e6

export function createSender(options: SenderOptions): Sender {
  const { endpoint, bandwidthLimit, clock } = options
  const home = new URL(endpoint).origin
  const transport = watched(options.transport ?? platformTransport, clock)
  let heldUntil = 0
  // When the bytes that went out have taken as long as they may.
  let freeAt = 0

  async function dress(request: ProtocolRequest): Promise<TransportRequest> {
    // What the app sends is meant for its own server: another origin gets none of it.
    if (new URL(request.url).origin !== home)
      return { ...request, headers: { ...request.headers }, credentials: 'omit' }
    const csrf = options.csrf && csrfHeaders(options.csrf, globalThis.document?.cookie ?? '')
    const own = await options.headers().catch((cause: unknown) => {
      throw new UploadError('unauthorized', 'Cannot send: the option "headers" did not give any', { cause })
    })
    return { ...request, headers: { ...csrf, ...own, ...request.headers }, credentials: options.credentials }
  }

  return {
    async send(request, { signal, onSent }) {
      const { carries = 0 } = request
      // Who waits may find when it wakes that the server has asked for more, or that others went first.
      for (let wait: number; (wait = Math.max(heldUntil, carries && freeAt) - clock.now()) > 0 && wait < disbeliefMs;)
        await clock.sleep(wait, signal)
      if (carries) freeAt = clock.now() + (carries / bandwidthLimit) * 1000
      const reply = await transport(await dress(request), { signal, onSent })
      signal.throwIfAborted()
      const pauseMs = pausing.has(reply.status) ? retryAfterOf(reply, clock) : undefined
      if (pauseMs !== undefined) heldUntil = Math.max(heldUntil, clock.now() + pauseMs)
      return reply
    },
  }
}

/** XMLHttpRequest where bytes are to be seen going out and the platform has it, else `fetch`. */
const platformTransport: Transport = (request, options) => {
  const seen = request.carries !== undefined && typeof XMLHttpRequest === 'function'
  return (seen ? xhrTransport : fetchTransport)(request, options)
}
