// The process of a bare video host, or of a gateway or a bare proxy to one. It ends with the process that started it.
import { createServer, type RequestListener } from 'node:http'
import { parseArgs } from 'node:util'
import { arvanVod, memoryVideos } from '@chunkwise/server/gateway'
import { startServer } from '@chunkwise/server/node'
import { answerParent, tell } from '../server/parent.ts'
import { bareProxy } from './bare-proxy.ts'
import { bareHost, hostPaths } from './host.ts'
import { watchMemory } from './watch-memory.ts'

const { values } = parseArgs({
  options: {
    rate: { type: 'string' },
    host: { type: 'string' },
    bare: { type: 'boolean', default: false },
    fetch: { type: 'boolean', default: false },
  },
})
const { rate, host, bare } = values
const watched = watchMemory()

if (host === undefined) serveBare(bareHost(Number(rate)))
else if (bare) serveBare(bareProxy(host))
else await serveGateway(host)
answerParent(() => ({ requests: undefined, memory: watched() }))

function serveBare(listener: RequestListener): void {
  const server = createServer(listener)
  // A slow host takes its time.
  server.requestTimeout = 0
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    if (address !== null && typeof address === 'object')
      tell({ type: 'listening', url: `http://127.0.0.1:${address.port}` })
  })
}

async function serveGateway(origin: string): Promise<void> {
  const handler = arvanVod({
    ...{ apiKey: 'key', channelId: 'channel', api: `${origin}${hostPaths.api}`, videos: memoryVideos() },
    // One of its own, though it does the same, has chunks go by it.
    ...(values.fetch && { fetch: (...asked: Parameters<typeof fetch>) => fetch(...asked) }),
    // One sender, who has many uploads.
    policy: { pending: Infinity, creationsPerMinute: Infinity },
  })
  const { url } = await startServer({ handler, port: 0 })
  tell({ type: 'listening', url })
}
