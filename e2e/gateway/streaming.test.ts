import { createHash } from 'node:crypto'
import {
  createServer,
  request as ask,
  type ClientRequest,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http'
import { once } from 'node:events'
import { type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeMetadata } from '@chunkwise/protocol'
import { arvanVod, memoryVideos, type ArvanVodOptions } from '@chunkwise/server/gateway'
import { nodeListener } from '@chunkwise/server/node'
import { arvanVodDouble } from '@chunkwise/testing/doubles'
import { afterEach, expect, test } from 'vitest'
import { film, MiB } from './rig.ts'

// Real sockets on both sides of the gateway.

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function listen(listener: RequestListener): Promise<{ readonly server: Server; readonly origin: string }> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  // A server that listens on a port has an address of this form.
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/** What becomes of chunks at the host instead of what it does. */
type Way = (incoming: IncomingMessage) => 'stall' | 'die' | undefined

async function make(way: Way = () => undefined, options: Pick<ArvanVodOptions, 'fetch'> = {}) {
  const arrived: IncomingMessage[] = []
  const opened: { host?: ReturnType<typeof arvanVodDouble>; listener?: RequestListener } = {}
  const { origin } = await listen((incoming, outgoing) => {
    if (incoming.method === 'PATCH') arrived.push(incoming)
    const fate = incoming.method === 'PATCH' ? way(incoming) : undefined
    if (fate === 'stall') incoming.pause()
    else if (fate === 'die') incoming.once('data', () => incoming.destroy())
    else opened.listener?.(incoming, outgoing)
  })
  const host = arvanVodDouble({ origin })
  opened.listener = nodeListener(host)
  const gateway = arvanVod({
    ...{ apiKey: 'key', channelId: 'channel', api: `${origin}/vod/2.0`, videos: memoryVideos(), follow: false },
    ...options,
  })
  const front = await listen(nodeListener(gateway))
  const size = 64 * MiB
  const created = await fetch(`${front.origin}/api/videos/`, {
    method: 'POST',
    headers: { 'Tus-Resumable': '1.0.0', 'Upload-Length': String(size), 'Upload-Metadata': writeMetadata(film) },
  })
  expect(created.status).toBe(201)
  const url = created.headers.get('Location') ?? ''

  function patch(offset: number, length: number): ClientRequest {
    const headers = {
      ...{ 'Tus-Resumable': '1.0.0', 'Content-Type': 'application/offset+octet-stream' },
      ...{ 'Upload-Offset': offset, 'Content-Length': length },
    }
    return ask(url, { method: 'PATCH', headers }).on('error', () => {})
  }

  /** Writes as much as the other side takes. */
  function pump(sending: ClientRequest): void {
    const piece = Buffer.alloc(MiB)
    const more = (): void => {
      while (sending.writable && sending.write(piece)) continue
    }
    sending.on('drain', more)
    more()
  }

  const offset = async (): Promise<number> => {
    const response = await fetch(url, { method: 'HEAD', headers: { 'Tus-Resumable': '1.0.0' } })
    return Number(response.headers.get('Upload-Offset'))
  }

  return { host, arrived, url, size, patch, pump, offset, front }
}

test('a chunk comes through as it was sent, with its length told', async () => {
  const { host, arrived, size, patch } = await make()
  const sending = patch(0, size)
  const md5 = createHash('md5')
  for (let sent = 0; sent < size; sent += MiB) {
    const bytes = Buffer.alloc(MiB, sent / MiB)
    md5.update(bytes)
    sending.write(bytes)
  }
  sending.end()
  const [answer] = (await once(sending, 'response')) as [IncomingMessage]
  expect([answer.statusCode, answer.headers['upload-offset']]).toEqual([204, String(size)])
  expect(arrived.map(({ headers }) => [headers['content-length'], headers['transfer-encoding']])).toEqual([
    [String(size), undefined],
  ])
  expect(host.files()[0]?.offset).toBe(size)
  expect(await host.files()[0]?.md5()).toBe(md5.digest('hex'))
})

test('whoever brings a fetch has all go by it', async () => {
  const asked: (string | undefined)[] = []
  const own: typeof fetch = (input, init) => {
    asked.push(init?.method)
    return fetch(input, init)
  }
  const { patch } = await make(undefined, { fetch: own })
  const sending = patch(0, MiB)
  sending.end(Buffer.alloc(MiB))
  const [answer] = (await once(sending, 'response')) as [IncomingMessage]
  expect(answer.statusCode).toBe(204)
  expect(asked).toEqual(['POST', 'PATCH'])
})

test('where the host does not read, nobody’s bytes are collected', async () => {
  const { arrived, size, patch, pump } = await make(() => 'stall')
  const sending = patch(0, size)
  pump(sending)
  await expect.poll(() => arrived.length).toBe(1)
  let before = -1
  // Until nothing moves any more.
  for (let taken = 0; taken !== before; taken = sending.socket?.bytesWritten ?? 0) {
    before = taken
    await sleep(300)
  }
  // What the sockets of the system hold, and no more.
  expect(before).toBeGreaterThan(0)
  expect(before).toBeLessThan(24 * MiB)
  sending.destroy()
})

test('a host that dies in mid-chunk is told of as such, and what it has is asked for', async () => {
  let dies = true
  const { patch, pump, size, offset } = await make(() => (dies ? 'die' : undefined))
  const sending = patch(0, size)
  pump(sending)
  const [answer] = (await once(sending, 'response')) as [IncomingMessage]
  expect(answer.statusCode).toBe(502)
  sending.destroy()
  dies = false
  expect(await offset()).toBe(0)
})

test('a browser that leaves in mid-chunk ends the request to the host, which keeps what came', async () => {
  const { arrived, patch, size, offset } = await make()
  const sending = patch(0, size)
  sending.write(Buffer.alloc(3 * MiB))
  await expect.poll(offset).toBe(3 * MiB)
  const [there = fail()] = arrived
  const closed = new Promise((resolve) => there.once('close', resolve))
  sending.destroy()
  await closed
  expect(await offset()).toBe(3 * MiB)
})

test('a newer chunk ends an older one, which stands still', async () => {
  const { patch, size, offset } = await make()
  const older = patch(0, size)
  const ended = new Promise((resolve) => older.once('close', resolve))
  older.write(Buffer.alloc(MiB))
  await expect.poll(offset).toBe(MiB)
  const newer = patch(MiB, MiB)
  newer.end(Buffer.alloc(MiB))
  const [answer] = (await once(newer, 'response')) as [IncomingMessage]
  expect(answer.statusCode).toBe(204)
  older.destroy()
  await ended
  expect(await offset()).toBe(2 * MiB)
})

function fail(): never {
  throw new Error('Nothing has arrived')
}
