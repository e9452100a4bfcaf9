import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { writeMetadata } from '@chunkwise/protocol'
import { film, MiB } from './rig.ts'

/** A gateway in a process of its own that tells its memory when it is asked to. */
const script = `
  import { arvanVod } from '@chunkwise/server/gateway'
  import { startServer } from '@chunkwise/server/node'
  const handler = arvanVod({
    ...(process.argv[2] === 'fetch' && { fetch: (...asked) => fetch(...asked) }),
    apiKey: 'key', channelId: 'channel', api: process.argv[1] + '/vod/2.0', follow: false, onError: () => {}, policy: { pending: 10 },
  })
  const { url } = await startServer({ handler, port: 0 })
  const peak = { rss: 0, arrayBuffers: 0 }
  setInterval(() => {
    const now = process.memoryUsage()
    for (const what of Object.keys(peak)) peak[what] = Math.max(peak[what], now[what])
  }, 10)
  process.on('message', () => process.send({ now: process.memoryUsage(), peak }))
  process.send({ url })
`

interface Told {
  readonly url: string
  readonly now: Memory
  readonly peak: Memory
}

type Memory = Readonly<Record<'rss' | 'arrayBuffers', number>>

const tus = { 'Tus-Resumable': '1.0.0' }

/** A host that counts bytes and keeps none. */
async function startHost(): Promise<string> {
  let count = 0
  const server = createServer((incoming, outgoing) => {
    let size = 0
    incoming.on('data', (bytes: Buffer) => (size += bytes.length))
    incoming.once('end', () => {
      if (incoming.method !== 'POST') return outgoing.writeHead(204, { 'Upload-Offset': size }).end()
      count += 1
      const Location = `http://${incoming.headers.host}/vod/2.0/channels/channel/files/${count}`
      return outgoing.writeHead(201, { Location }).end()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  // A server that listens on a port has an address of this form.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Sends a whole file in one request without holding it: one block again and again. Resolves to where its bytes stand then. */
async function send(gateway: string, size: number, block: Buffer): Promise<number> {
  const created = await fetch(`${gateway}/api/videos/`, {
    method: 'POST',
    headers: { ...tus, 'Upload-Length': String(size), 'Upload-Metadata': writeMetadata(film) },
  })
  const headers = {
    ...{ ...tus, 'Content-Type': 'application/offset+octet-stream' },
    ...{ 'Upload-Offset': 0, 'Content-Length': size },
  }
  const outgoing = request(created.headers.get('Location') ?? '', { method: 'PATCH', headers })
  for (let left = size; left > 0; left -= block.length) if (!outgoing.write(block)) await once(outgoing, 'drain')
  const answered = once(outgoing, 'response')
  outgoing.end()
  const [answer] = await answered
  answer.resume()
  return Number(answer.headers['upload-offset'])
}

/** What ten uploads of 64 MiB at once do to a gateway that has done nothing yet. */
async function tenUploads(...options: 'fetch'[]): Promise<{ readonly now: Memory; readonly peak: Memory }> {
  const child = spawn(
    process.execPath,
    [
      ...['--conditions=@chunkwise/source', '--import', 'tsx', '--input-type=module', '-e', script, await startHost()],
      ...options,
    ],
    { cwd: new URL('..', import.meta.url).pathname, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  )
  onTestFinished(() => void child.kill())
  const told = async (): Promise<Told> => (await once(child, 'message'))[0]
  const { url } = await told()
  child.send('before')
  const { now } = await told()
  const sent = await Promise.all(Array.from({ length: 10 }, () => send(url, 64 * MiB, Buffer.alloc(MiB))))
  expect(sent).toEqual(sent.map(() => 64 * MiB))
  child.send('after')
  const { peak } = await told()
  return { now, peak }
}

test('ten uploads of 64 MiB at once raise a gateway that has done nothing yet by less than 80 MiB, of which few are buffers', async () => {
  const { now, peak } = await tenUploads()
  // Some 40 of them are what Node takes for its own.
  expect((peak.rss - now.rss) / MiB).toBeLessThan(80)
  // Left to the collector it is some 40.
  expect(peak.arrayBuffers / MiB).toBeLessThan(25)
})

test('by fetch too, bytes that have been sent are not kept until the request is over', async () => {
  const { peak } = await tenUploads('fetch')
  // It is 640 that pass through.
  expect(peak.arrayBuffers / MiB).toBeLessThan(320)
})
