import { once } from 'node:events'
import { request as askServer } from 'node:http'
import { constants, createSecureServer, type Http2ServerRequest, type ServerHttp2Session } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { cert, key } from './loopback-certificate.ts'

/** What becomes of one stream of a connection that many uploads share. */
export type StreamFault =
  /** It is ended with this code when its first bytes have come. */
  | { readonly fault: 'reset'; readonly code: keyof typeof constants & `NGHTTP2_${string}` }
  /** It never began, says the server: a browser sends it again by itself. */
  | { readonly fault: 'refused' }
  /** The server takes no more streams from this one on, and ends the connection. */
  | { readonly fault: 'goaway' }
  /** The connection breaks, with all that is under way on it. */
  | { readonly fault: 'lost' }

/** The way to a server over HTTP/2. */
export interface Http2Way {
  readonly url: string
  /** `PUT /api/uploads/…/ reset` for each request to the upload server, in order. */
  readonly log: readonly string[]
  readonly connections: () => number
  close(): Promise<void>
}

/** Opens a way to a server on this machine that breaks streams and connections as it is told for each request. */
export async function openHttp2Way(
  portFor: () => number,
  faultFor: (request: { readonly method: string; readonly path: string }) => StreamFault | undefined,
): Promise<Http2Way> {
  const log: string[] = []
  const sessions = new Set<ServerHttp2Session>()
  let connections = 0
  const listener = createSecureServer({ key, cert }, (incoming, outgoing) => {
    const { method, url: path, stream } = incoming
    const fault = path.startsWith('/api/') ? faultFor({ method, path }) : undefined
    if (path.startsWith('/api/')) log.push([method, path, fault?.fault].join(' ').trim())
    stream.on('error', () => {})
    if (fault) return breakOff(incoming, fault)
    const { ':authority': host, ...rest } = incoming.headers
    const headers = Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith(':')))
    const own = { host: '127.0.0.1', port: portFor(), method, path, headers: { ...headers, host }, agent: false }
    const forward = askServer(own, (answer) => {
      const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...kept } = answer.headers
      if (stream.destroyed) return
      outgoing.writeHead(answer.statusCode ?? 502, kept)
      answer.pipe(outgoing)
    })
    forward.on('error', () => stream.close(constants.NGHTTP2_INTERNAL_ERROR))
    stream.on('close', () => forward.destroy())
    incoming.pipe(forward)
  })
  listener.on('session', (session) => {
    connections += 1
    sessions.add(session)
    session.on('close', () => sessions.delete(session)).on('error', () => {})
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  // A server that listens on a port has an address of this form.
  const { port } = listener.address() as AddressInfo
  return {
    url: `https://127.0.0.1:${port}`,
    log,
    connections: () => connections,
    async close() {
      for (const session of sessions) session.destroy()
      const closed = once(listener, 'close')
      listener.close()
      await closed
    },
  }
}

function breakOff({ stream }: Http2ServerRequest, fault: StreamFault): void {
  const { session, id = 0 } = stream
  switch (fault.fault) {
    case 'refused':
      return stream.close(constants.NGHTTP2_REFUSED_STREAM)
    case 'reset':
      stream.once('data', () => stream.close(constants[fault.code]))
      return
    case 'goaway':
      // The streams of a client have odd numbers.
      session?.goaway(constants.NGHTTP2_NO_ERROR, Math.max(0, id - 2))
      session?.close()
      return
    case 'lost':
      stream.once('data', () => session?.destroy())
  }
}
