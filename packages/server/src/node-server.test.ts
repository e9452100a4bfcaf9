import { connect } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { ask, chunkRequest, fileOf, start } from './dialects/fixtures/drf-client.ts'
import { createUploadHandler } from './handler.ts'
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
