// The process of a bare video host, or of a gateway to one. It ends with the process that started it.
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { arvanVod, memoryVideos } from '@chunkwise/server/gateway'
import { startServer } from '@chunkwise/server/node'
import { answerParent, tell } from '../server/parent.ts'
import { bareHost, hostPaths } from './host.ts'
import { watchMemory } from './watch-memory.ts'

const { values } = parseArgs({ options: { rate: { type: 'string' }, host: { type: 'string' } } })
const { rate, host } = values
const watched = watchMemory()

if (host === undefined) serveHost(Number(rate))
else await serveGateway(host)
answerParent(() => ({ requests: undefined, memory: watched() }))

function serveHost(bytesPerSecond: number): void {
  const server = createServer(bareHost(bytesPerSecond))
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
    // One sender, who has many uploads.
    policy: { pending: Infinity, creationsPerMinute: Infinity },
  })
  const { url } = await startServer({ handler, port: 0 })
  tell({ type: 'listening', url })
}
