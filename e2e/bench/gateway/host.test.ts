import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { arvanVod } from '@chunkwise/server/gateway'
import { startServer } from '@chunkwise/server/node'
import { expect, onTestFinished, test } from 'vitest'
import { sendLoad } from '../load/load.ts'
import { bareHost, hostPaths } from './host.ts'

async function startHost(rate: number): Promise<string> {
  const server = createServer(bareHost(rate)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  // A server that listens on a port has an address of this form.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const load = { dialect: 'tus', parallel: 2, each: 2, size: 250_000, chunkSize: 100_000 } as const

test('the host takes what is sent, straight and through the gateway', async () => {
  const host = await startHost(Infinity)
  const handler = arvanVod({ apiKey: 'key', channelId: 'channel', api: `${host}${hostPaths.api}`, follow: false })
  const gateway = await startServer({ handler, port: 0 })
  onTestFinished(() => gateway.close(0))
  for (const endpoint of [`${host}${hostPaths.files}`, `${gateway.url}/api/videos/`])
    expect((await sendLoad({ ...load, endpoint })).chunkMs).toHaveLength(12)
})

test('all uploads together come as fast as the host takes them, and no faster', async () => {
  const host = await startHost(2e6)
  const { ms } = await sendLoad({ ...load, endpoint: `${host}${hostPaths.files}` })
  // 1 MB at 2 MB/s.
  expect(ms).toBeGreaterThan(450)
})

test('a chunk for another offset is refused', async () => {
  const host = await startHost(Infinity)
  const created = await fetch(`${host}${hostPaths.files}`, { method: 'POST' })
  const url = created.headers.get('Location') ?? ''
  const answer = await fetch(url, { method: 'PATCH', headers: { 'Upload-Offset': '5' }, body: 'bytes' })
  expect(answer.status).toBe(409)
})
