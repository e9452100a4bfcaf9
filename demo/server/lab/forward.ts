import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'

/** An answer, read whole. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Uint8Array
}

/** Bytes on their way. */
export type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

export interface ForwardOptions {
  /** Where the server listens on 127.0.0.1. */
  readonly port: number
  readonly signal: AbortSignal
  /** Ends the connection when so many bytes of the body have gone out, if it has as many. */
  readonly cut?: { readonly after: number; before?(): Promise<void> }
}

/**
 * Sends a request on, with this body, on a connection of its own.
 *
 * @returns `undefined` if it was cut
 */
export function forward(
  { method, url, headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  body: Bytes,
  { port, signal, cut }: ForwardOptions,
): Promise<Answer | undefined> {
  return new Promise((resolve, reject) => {
    const out = request({
      ...{ host: '127.0.0.1', port, method, path: url, headers: { ...headers, connection: 'close' } },
      ...{ agent: false, signal },
    })
    out.once('error', reject)
    out.once('response', (answer) => {
      const read = (bytes: Buffer): Answer => ({
        ...{ status: answer.statusCode ?? 502, headers: answer.headers, body: bytes },
      })
      buffer(answer).then((bytes) => resolve(read(bytes)), reject)
    })
    // Each piece is on the wire before the next: what was cut off had really gone out.
    const write = (piece: Uint8Array): Promise<void> =>
      new Promise((done, fail) => void out.write(piece, (error) => (error ? fail(error) : done())))

    async function send(): Promise<void> {
      let left = cut?.after ?? Infinity
      for await (const piece of body) {
        const part = piece.subarray(0, left)
        left -= part.length
        await write(part)
        if (left > 0) continue
        await cut?.before?.()
        resolve(undefined)
        out.destroy()
        return
      }
      out.end()
    }
    send().catch(reject)
  })
}
