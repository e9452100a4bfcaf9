import { connect, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { ask, chunkRequest, fileOf, start } from './dialects/fixtures/drf-client.ts'
import { createUploadHandler } from './handler.ts'
import { createMetrics } from './metrics.ts'
import { startServer, type ServerOptions } from './node-server.ts'
import type { UploadHandlerOptions } from './options.ts'
import type { SessionRecord } from './record.ts'
import type { ChunkWriter } from './store.ts'
import { memoryStore } from './stores/memory.ts'

async function serve(options: Partial<ServerOptions> = {}, handlerOptions: Partial<UploadHandlerOptions> = {}) {
  const handler = createUploadHandler({ store: memoryStore(), ...handlerOptions })
  const running = await startServer({ handler, port: 0, ...options })
  onTestFinished(() => running.close(0))
  return { handler, ...running }
}

/** A request that begins to send a chunk and then keeps still. */
async function stuck(port: number, path: string) {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  socket.write(
    `PUT ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Range: bytes 10-24/25\r\nContent-Type: multipart/form-data; boundary=x\r\n` +
      'Content-Length: 1000\r\n\r\n--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n',
  )
  socket.write(fileOf(25).subarray(10, 20))
  const ended = new Promise<void>((resolve) => {
    socket.once('close', () => resolve())
  })
  return { socket, ended }
}

test("what is not the handler's is answered by the page beside it, or 404", async () => {
  const plain = await serve()
  expect((await fetch(`${plain.url}/`)).status).toBe(404)
  const { url } = await serve({ otherwise: (_request, response) => response.end('the demo') })
  expect(await (await fetch(`${url}/`)).text()).toBe('the demo')
  expect(await (await fetch(`${url}/api/uploads/`)).json()).toEqual([])
})

test('a taken port is an error that names itself', async () => {
  const { port } = await serve()
  await expect(serve({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

test('it listens where nobody else can reach it, unless it is told otherwise', async () => {
  const { server } = await serve()
  expect(server.address()).toMatchObject({ address: '127.0.0.1' })
})

test('F24 S20 no request is cut for being long, but heads must come soon', async () => {
  const { server } = await serve()
  expect(server.requestTimeout).toBe(0)
  expect(server.headersTimeout).toBe(10_000)
})

test('S20 a head that trickles ends soon after its time, not when Node looks for such the next time', async () => {
  const { server, port } = await serve()
  server.headersTimeout = 100
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write('GET / HTTP/1.1\r\n')
  const trickle = setInterval(() => void socket.write('X: y\r\n'), 50)
  onTestFinished(() => {
    clearInterval(trickle)
    socket.destroy()
  })
  let text = ''
  socket.setEncoding('utf8').on('data', (data: string) => {
    text += data
  })
  await new Promise((resolve) => socket.once('close', resolve))
  expect(text).toContain('HTTP/1.1 408')
}, 15_000)

describe('S20 the connections of one address', () => {
  /** A connection: resolves with whether it was let in. */
  async function knock(port: number): Promise<{ socket: Socket; admitted: boolean }> {
    const socket = connect(port, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => {})
    const admitted = await new Promise<boolean>((resolve) => {
      socket.once('close', () => resolve(false))
      socket.once('data', () => resolve(true))
      socket.write('GET /api/uploads/ HTTP/1.1\r\nHost: localhost\r\n\r\n')
    })
    return { socket, admitted }
  }

  test('are so many at once and no more, and one that ends makes room', async () => {
    const { port } = await serve({ connectionsPerAddress: 3 })
    const first = [await knock(port), await knock(port), await knock(port)]
    expect(first.map(({ admitted }) => admitted)).toEqual([true, true, true])
    expect((await knock(port)).admitted).toBe(false)
    first[0]?.socket.destroy()
    await vi.waitFor(async () => expect((await knock(port)).admitted).toBe(true), { timeout: 10_000 })
  })

  test('are any number unless that is set, to a number', async () => {
    const { port } = await serve()
    const all = await Promise.all(Array.from({ length: 50 }, () => knock(port)))
    expect(all.every(({ admitted }) => admitted)).toBe(true)
    await expect(serve({ connectionsPerAddress: 0 })).rejects.toThrow(
      'Option connectionsPerAddress: expected a number above 0, got 0',
    )
  })
})

describe('a monitor', () => {
  test('tells how the server is and counts, on a port of its own', async () => {
    const metrics = createMetrics()
    const { url, monitorUrl } = await serve({ monitor: { port: 0, metrics } }, { observe: metrics.observe })
    await fetch(`${url}/api/uploads/`)
    expect(await (await fetch(`${monitorUrl}/live`)).json()).toEqual({ status: 'live' })
    expect(await (await fetch(`${monitorUrl}/ready`)).json()).toEqual({ status: 'ready', ailments: [] })
    const answer = await fetch(`${monitorUrl}/metrics`)
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    const text = await answer.text()
    expect(text).toContain('chunkwise_requests_total{method="GET",dialect="drf",status="200"} 1')
    expect(text).toContain('chunkwise_connections 1')
    expect((await fetch(`${url}/metrics`)).status).toBe(404)
    expect((await fetch(`${monitorUrl}/api/uploads/`)).status).toBe(404)
    expect((await fetch(`${monitorUrl}/ready`, { method: 'POST' })).status).toBe(405)
  })

  test('F07 S13 is red from the moment the server is being stopped, until it has', async () => {
    const { handler, port, monitorUrl, close } = await serve({ monitor: { port: 0 } })
    const path = new URL(await start(handler, fileOf(25).subarray(0, 10), 25)).pathname
    await stuck(port, path)
    await vi.waitFor(async () => expect(await handler.usage()).toMatchObject({ requests: 1 }), { timeout: 10_000 })
    const closing = close(1000)
    const ready = await fetch(`${monitorUrl}/ready`)
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'not ready', ailments: ['stopping'] }])
    await closing
    await expect(fetch(`${monitorUrl}/live`)).rejects.toThrow('fetch failed')
  })

  test('whose port is taken is an error, and nothing goes on listening', async () => {
    const { port } = await serve()
    const failed = createUploadHandler({ store: memoryStore() })
    await expect(startServer({ handler: failed, port: 0, monitor: { port } })).rejects.toMatchObject({
      code: 'EADDRINUSE',
      port,
    })
  })
})

describe('F07 closing', () => {
  test('cuts what does not end in its time, and keeps what had arrived', async () => {
    const memory = memoryStore()
    let writer: ChunkWriter | undefined
    const store = { ...memory, writer: async (record: SessionRecord) => (writer = await memory.writer(record)) }
    const { handler, port, close } = await serve({}, { store })
    const path = new URL(await start(handler, fileOf(25).subarray(0, 10), 25)).pathname
    const { ended } = await stuck(port, path)
    const id = path.split('/').at(-2) ?? ''
    await vi.waitUntil(() => writer?.end === 20, { timeout: 10_000, interval: 5 })
    await close(50)
    await ended
    expect(await store.read(id)).toMatchObject({ offset: 20 })
  })

  test('twice is once', async () => {
    const { close } = await serve()
    await Promise.all([close(), close()])
    await close()
  })

  test('refuses what comes meanwhile', async () => {
    const { handler, close } = await serve()
    await close()
    const request = chunkRequest({ range: 'bytes 0-24/25', file: fileOf(25), fields: { filename: 'a' } })
    expect(await ask(handler, request)).toMatchObject({ status: 503 })
  })
})

test('expired uploads are swept by themselves', async () => {
  const clock = { now: 0 }
  const { handler } = await serve({ sweepMs: 10 }, { now: () => clock.now, lifetimeMs: 1000 })
  await start(handler, fileOf(10), 25)
  clock.now = 1000
  await vi.waitFor(async () => expect(await handler.sessions.list({ owner: undefined })).toEqual([]), {
    timeout: 10_000,
  })
})
