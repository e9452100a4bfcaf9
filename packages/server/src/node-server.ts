import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { UploadHandler } from './handler.ts'
import type { Metrics } from './metrics.ts'
import { countConnections } from './node-connections.ts'
import { nodeListener, type Mountable, type NodeListenerOptions } from './node-listener.ts'
import { monitorListener } from './node-monitor.ts'

/** What a server is made of: an upload handler, or a gateway. */
export interface Served
  extends Mountable, Pick<UploadHandler, 'open' | 'health' | 'drain' | 'close'>, Partial<Pick<UploadHandler, 'usage'>> {
  /** Ends what has expired. */
  sweep(): Promise<unknown>
}

/** Options of {@link startServer}. */
export interface ServerOptions extends NodeListenerOptions {
  readonly handler: Served
  /** 8080; 0 for any free one. */
  readonly port?: number
  /** 127.0.0.1, so that nothing is open to the network unasked. */
  readonly host?: string
  /** How often expired uploads are swept, in milliseconds: 60 000. */
  readonly sweepMs?: number
  /** How many connections one address may have at once: any. Not for a server behind a proxy, whose address they all have. */
  readonly connectionsPerAddress?: number
  /** Tells how it is, and counts, on a port of its own. Default: nowhere. */
  readonly monitor?: MonitorOptions
  /** Answers what is not the handler's, for a page beside it. Default: 404. */
  readonly otherwise?: RequestListener
}

/** Where a server tells how it is: `/live`, `/ready` and, with `metrics`, `/metrics`. */
export interface MonitorOptions {
  /** 0 for any free one. */
  readonly port: number
  /** 127.0.0.1. */
  readonly host?: string
  readonly metrics?: Metrics
}

/** A server that listens. */
export interface RunningServer {
  readonly server: Server
  readonly url: string
  readonly port: number
  /** Where it tells how it is; absent without a monitor. */
  readonly monitorUrl?: string
  /**
   * Refuses new work, lets what is under way end within `graceMs` (5 000), cuts the rest and closes the store. What was
   * received of a chunk that is cut is kept.
   */
  close(graceMs?: number): Promise<void>
}

/** How often Node looks for heads of requests that are too slow, in milliseconds; its own 30 000 would make it 40 s for one. */
const headCheckMs = 2000

/**
 * Starts a server of its own for a handler: repairs the store, listens, sweeps.
 *
 * @throws Error with code `EADDRINUSE` when the port is taken.
 * @throws TypeError for an option that is wrong, naming it.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { handler, port = 8080, host = '127.0.0.1', sweepMs = 60_000, otherwise, monitor } = options
  const { connectionsPerAddress = Infinity } = options
  if (!(connectionsPerAddress > 0))
    throw new TypeError(
      `Option connectionsPerAddress: expected a number above 0, got ${JSON.stringify(connectionsPerAddress)}`,
    )
  const listener = nodeListener(handler, options)
  await handler.open()
  const server = createServer({ connectionsCheckingInterval: headCheckMs }, (request, response) =>
    listener(request, response, () => {
      if (otherwise) otherwise(request, response)
      else response.writeHead(404, { 'Content-Type': 'text/plain' }).end('Not Found\n')
    }),
  )
  // A chunk may take as long as it likes while bytes flow: silence is what ends it, and a trickle (S20).
  server.requestTimeout = 0
  server.headersTimeout = 10_000
  server.keepAliveTimeout = 65_000
  const connections = countConnections(server, connectionsPerAddress)
  const watching =
    monitor && createServer(monitorListener({ ...monitor, handler, connections: () => connections.open }))
  await listen(server, port, host)
  try {
    if (watching) await listen(watching, monitor.port, monitor.host ?? '127.0.0.1')
  } catch (error) {
    server.close()
    throw error
  }
  let swept: Promise<unknown> = Promise.resolve()
  const sweep = (): void => {
    swept = handler.sweep().catch((error: unknown) => console.error(error))
  }
  // At once too, for what a crash has left (S34).
  sweep()
  const sweeper = setInterval(sweep, sweepMs)
  sweeper.unref()
  return {
    server,
    port: address(server).port,
    url: urlOf(server, host),
    ...(watching ? { monitorUrl: urlOf(watching, monitor.host ?? '127.0.0.1') } : {}),
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
      // Told to the end that it is ending.
      watching?.close()
      watching?.closeAllConnections()
    },
  }
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

const urlOf = (server: Server, host: string): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${address(server).port}`

function address(server: Server): AddressInfo {
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('The server has no port')
  return bound
}
