import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { sendOnByNode } from './node-send-on.ts'
import { markExclusive } from './pieces.ts'
import type { CarryingRequest } from './send-on.ts'

const KiB = 1024

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  // A server that listens on a port has an address of this form.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

const bodyOf = (...pieces: Uint8Array[]): ReadableStream<Uint8Array> =>
  new ReadableStream(
    {
      pull(controller) {
        const piece = pieces.shift()
        if (piece) controller.enqueue(piece)
        else controller.close()
      },
    },
    { highWaterMark: 0 },
  )

const patch = (body: ReadableStream<Uint8Array>, length: number): CarryingRequest => ({
  ...{ method: 'PATCH', headers: { 'Content-Length': String(length) }, body },
  signal: new AbortController().signal,
})

test('what comes is what was sent, and the answer is told', async () => {
  const came: { readonly method: string | undefined; readonly bytes: Buffer }[] = []
  const url = await listen((request, response) => {
    void buffer(request).then((bytes) => {
      came.push({ method: request.method, bytes })
      response.writeHead(207, { 'Upload-Offset': '5', Via: ['one', 'two'] }).end('words')
    })
  })
  const answer = await sendOnByNode(url, patch(bodyOf(Buffer.from('by'), Buffer.from('tes')), 5))
  expect(came).toEqual([{ method: 'PATCH', bytes: Buffer.from('bytes') }])
  const { status, headers, body } = answer
  expect([status, headers.get('Upload-Offset'), headers.get('Via'), body]).toEqual([207, '5', 'one, two', null])
})

test('one connection carries one chunk after the other', async () => {
  const sockets = new Set<Socket>()
  const url = await listen((request, response) => {
    sockets.add(request.socket)
    request.resume().once('end', () => response.writeHead(204).end())
  })
  for (let count = 0; count < 3; count += 1) await sendOnByNode(url, patch(bodyOf(new Uint8Array(64 * KiB)), 64 * KiB))
  expect(sockets.size).toBe(1)
})

test('a piece is freed when it is gone, if nobody else holds it', async () => {
  const url = await listen((request, response) => {
    request.resume().once('end', () => response.writeHead(204).end())
  })
  const [own, shared] = [new Uint8Array(64 * KiB), new Uint8Array(64 * KiB)]
  const body = bodyOf(own)
  markExclusive(body)
  await sendOnByNode(url, patch(body, own.length))
  await sendOnByNode(url, patch(bodyOf(shared), shared.length))
  expect([own.length, shared.length]).toEqual([0, 64 * KiB])
})

test('an answer before the end of the body is told, and the body is let go', async () => {
  // And keeps the connection open.
  const url = await listen((_, response) => response.writeHead(409).flushHeaders())
  let cancelled = false
  // Gives a piece, and never another one.
  const pieces = [new Uint8Array(64 * KiB)]
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const piece = pieces.shift()
        if (piece) controller.enqueue(piece)
        else await new Promise(() => {})
      },
      cancel() {
        cancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  const { status } = await sendOnByNode(url, patch(body, 1024 * KiB))
  expect(status).toBe(409)
  await expect.poll(() => cancelled).toBe(true)
})

test('a body that fails ends the request, with its own error', async () => {
  const arrived: IncomingMessage[] = []
  const url = await listen((request) => void arrived.push(request.resume()))
  const failure = new Error('The request was cut off')
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(new Uint8Array(64 * KiB))
      await expect.poll(() => arrived.length).toBe(1)
      controller.error(failure)
    },
  })
  await expect(sendOnByNode(url, patch(body, 1024 * KiB))).rejects.toBe(failure)
  await expect.poll(() => arrived[0]?.destroyed).toBe(true)
})

test('who aborts it waits no longer, nor does the body', async () => {
  const url = await listen(() => {})
  const leaving = new AbortController()
  let cancelled = false
  const body = new ReadableStream<Uint8Array>({
    cancel() {
      cancelled = true
    },
  })
  const sending = sendOnByNode(url, { ...patch(body, 5), signal: leaving.signal })
  leaving.abort()
  await expect(sending).rejects.toThrow('aborted')
  await expect.poll(() => cancelled).toBe(true)
})

test('nobody there, or somebody who answers nonsense, is an error', async () => {
  await expect(sendOnByNode('http://127.0.0.1:1/', patch(bodyOf(), 0))).rejects.toThrow('ECONNREFUSED')
  const url = await listen((request, response) => {
    request.resume().once('end', () => response.writeHead(700).end())
  })
  await expect(sendOnByNode(url, patch(bodyOf(), 0))).rejects.toThrow(RangeError)
})
