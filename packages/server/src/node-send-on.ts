import { request as askPlainly, type ClientRequest, type IncomingMessage } from 'node:http'
import { request as askSecurely } from 'node:https'
import { freePiece } from './free-piece.ts'
import { markPiece } from './pieces.ts'
import type { SendOn } from './send-on.ts'

/**
 * Sends a body on by Node's own http, which tells when a piece is gone: it is freed then. `fetch` does not tell, and what is left to
 * the collector is 50 MiB under load, and the time that the system takes to find new memory for each piece.
 */
export const sendOnByNode: SendOn = (url, { method, headers, body, signal }) =>
  new Promise((resolve, reject) => {
    const ask = url.startsWith('https:') ? askSecurely : askPlainly
    const outgoing = ask(url, { method, headers, signal })
    outgoing.on('error', reject)
    outgoing.once('response', (incoming) => {
      // A status or a header that is none is an error of the other end, not of whoever listens here.
      Promise.resolve(incoming).then(answerOf).then(resolve, reject)
      // Answered early: the rest is for nobody.
      if (outgoing.writableEnded) incoming.resume()
      else outgoing.destroy()
    })
    pass(body, outgoing).catch((error: Error) => outgoing.destroy(error))
  })

function answerOf({ statusCode = 0, headersDistinct }: IncomingMessage): Response {
  const headers = Object.entries(headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  )
  return new Response(null, { status: statusCode, headers })
}

async function pass(body: ReadableStream<Uint8Array>, outgoing: ClientRequest): Promise<void> {
  const reader = body.getReader()
  // Who waits for bytes must let go when nobody wants them any more.
  outgoing.once('close', () => void reader.cancel().catch(() => {}))
  for (;;) {
    const { done, value } = await reader.read()
    if (outgoing.destroyed) return
    if (done) break
    markPiece(body, value)
    await write(outgoing, value)
  }
  outgoing.end()
}

/** Waits until the piece is gone, or nothing goes any more. */
function write(outgoing: ClientRequest, piece: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    outgoing.once('close', resolve)
    outgoing.write(piece, (error) => {
      outgoing.off('close', resolve)
      // What has failed may still be held by the system.
      if (!error) freePiece(piece)
      resolve()
    })
  })
}
