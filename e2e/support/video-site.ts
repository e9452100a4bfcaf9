import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { tokenAuth } from '@chunkwise/server'
import { arvanVod, cloudflareStream } from '@chunkwise/server/gateway'
import { nodeListener } from '@chunkwise/server/node'
import {
  arvanVodDouble,
  cloudflareStreamDouble,
  type ArvanDouble,
  type CloudflareDouble,
} from '@chunkwise/testing/doubles'
import { openNetwork, type Network } from './network.ts'
import { servePages } from './pages.ts'

/** A site whose users upload videos: its gateways to both hosts, and the doubles of these. */
export interface VideoSite {
  readonly cloudflare: CloudflareDouble
  readonly arvan: ArvanDouble
  /** The way to the site, and through it to ArvanCloud. */
  readonly network: Network
  /** The way to where Cloudflare takes bytes: another origin. */
  readonly toHost: Network
  /** Its origin, as the host names it. */
  readonly uploadOrigin: string
  close(): Promise<void>
}

/** Starts a site on which `ada` and `grace` may upload, each by a token of her name. */
export async function startVideoSite(pages: string): Promise<VideoSite> {
  const ports = { site: 0, host: 0 }
  const network = await openNetwork(() => ports.site)
  const toHost = await openNetwork(() => ports.host)
  // By another name: what differs in its port only, the client takes for the site itself behind a proxy.
  const uploadOrigin = toHost.url.replace('127.0.0.1', 'localhost')
  const cloudflare = cloudflareStreamDouble({ uploadOrigin })
  const arvan = arvanVodDouble()
  const shared = { authenticate: tokenAuth({ ada: 'ada', grace: 'grace' }) }
  const straight = cloudflareStream({
    ...{ ...shared, path: '/api/cloudflare/', accountId: 'account', apiToken: 'token' },
    ...{ uploadOrigins: [uploadOrigin], fetch: async (url, init) => cloudflare(new Request(url, init)) },
  })
  const through = arvanVod({
    ...{ ...shared, path: '/api/arvan/', apiKey: 'key', channelId: 'channel' },
    fetch: async (url, init) => arvan(new Request(url, init)),
  })
  const [one, other, rest] = [nodeListener(straight), nodeListener(through), servePages(pages)]
  const servers = [
    createServer((request, response) =>
      one(request, response, () => other(request, response, () => rest(request, response))),
    ),
    createServer(nodeListener(cloudflare)),
  ]
  const [site = 0, host = 0] = await Promise.all(
    servers.map(async (server) => {
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      // A server that listens on a port has an address of this form.
      return (server.address() as AddressInfo).port
    }),
  )
  Object.assign(ports, { site, host })
  return {
    ...{ cloudflare, arvan, network, toHost, uploadOrigin },
    async close() {
      await Promise.all([network.close(), toHost.close(), straight.close(), through.close()])
      for (const server of servers) {
        server.closeAllConnections()
        server.close()
      }
    },
  }
}
