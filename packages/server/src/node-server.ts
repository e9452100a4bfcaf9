import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { UploadHandler } from './handler.ts'
import { nodeListener } from './node-listener.ts'

/** Options of {@link startServer}. */
export interface ServerOptions {
  readonly handler: UploadHandler
  /** 8080; 0 for any free one. */
  readonly port?: number
  /** 127.0.0.1, so that nothing is open to the network unasked. */
  readonly host?: string
  /** How often expired uploads are swept, in milliseconds: 60 000. */
  readonly sweepMs?: number
  /** How long a body may be silent, in milliseconds: 30 000. */
  readonly idleMs?: number
  /** Answers what is not the handler's, for a page beside it. Default: 404. */
  readonly otherwise?: RequestListener
}

/** A server that listens. */
export interface RunningServer {
  readonly server: Server
  readonly url: string
  readonly port: number
  /** Refuses new work, lets what is under way end within `graceMs` (5 000), cuts the rest and closes the store. */
  close(graceMs?: number): Promise<void>
}

/**
 * Starts a server of its own for a handler: repairs the store, listens, sweeps.
 *
 * @throws Error with code `EADDRINUSE` when the port is taken.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { handler, port = 8080, host = '127.0.0.1', sweepMs = 60_000, otherwise } = options
  const listener = nodeListener(handler, options.idleMs === undefined ? {} : { idleMs: options.idleMs })
  await handler.open()
  const server = createServer((request, response) =>
    listener(request, response, () => {
      if (otherwise) otherwise(request, response)
      else response.writeHead(404, { 'Content-Type': 'text/plain' }).end('Not Found\n')
    }),
  )
  // A chunk may take as long as it likes while bytes flow: silence is what ends it (S20).
  server.requestTimeout = 0
  server.headersTimeout = 10_000
  server.keepAliveTimeout = 65_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  let swept: Promise<unknown> = Promise.resolve()
  const sweep = (): void => {
    swept = handler.sweep().catch((error: unknown) => console.error(error))
  }
  // At once too, for what a crash has left (S34).
  sweep()
  const sweeper = setInterval(sweep, sweepMs)
  sweeper.unref()
  const { port: bound } = address(server)
  return {
    server,
    port: bound,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    async close(graceMs = 5000) {
      clearInterval(sweeper)
      handler.drain()
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
      server.closeIdleConnections()
      const timer = setTimeout(() => server.closeAllConnections(), graceMs)
      await closed
      clearTimeout(timer)
      await swept
      await handler.close()
    },
  }
}

function address(server: Server): AddressInfo {
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('The server has no port')
  return bound
}
