import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Plugin } from 'vitest/config'

/** Reads a body; `slowly` in pieces with pauses, so that a browser has time to tell how much went out. */
async function count(request: IncomingMessage, slowly: boolean): Promise<number> {
  let bytes = 0
  const pieces: AsyncIterable<Buffer> = request
  for await (const piece of pieces) {
    bytes += piece.length
    if (slowly) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return bytes
}

const answers: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => Promise<void> | void>> =
  {
    /** What came, as JSON; the status is that of `?status=`. */
    async '/sink/'(request, response) {
      const { method, headers, url = '' } = request
      const query = new URL(url, 'http://localhost').searchParams
      const bytes = await count(request, query.has('slowly'))
      response.writeHead(Number(query.get('status') ?? 200), { 'Content-Type': 'application/json', 'X-Sink': 'here' })
      response.end(JSON.stringify({ method, headers, bytes }))
    },
    /** The connection breaks, once something of the body has come. Not one that was used before, or the browser tries again. */
    '/sink/cut/'(request) {
      request.once('data', () => request.socket.destroy())
    },
    /** Never answers. */
    '/sink/silent/'(request) {
      request.resume()
    },
    async '/sink/portal/'(request, response) {
      await count(request, false)
      response.writeHead(307, { Location: '/sink/' }).end()
    },
    async '/sink/slash'(request, response) {
      await count(request, false)
      response.writeHead(307, { Location: '/sink/slash/' }).end()
    },
    async '/sink/slash/'(request, response) {
      await count(request, false)
      response.end()
    },
  }

/** A real server for browser tests, under `/sink/`: what a service worker or a fake request could not show. */
export const sink: Plugin = {
  name: 'sink',
  configureServer(server) {
    server.middlewares.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
      const answer = answers[new URL(request.url ?? '/', 'http://localhost').pathname]
      if (!answer) return next()
      void answer(request, response)
    })
  },
}
