import { createServer, request, ServerResponse, type IncomingMessage } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { createUploadHandler } from './handler.ts'
import { nodeListener } from './node-listener.ts'
import { memoryStore } from './stores/memory.ts'

/** What Node has from 26.3 on, written onto the wire as it does. */
class Newer<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
  writeInformation(status: number, headers: Record<string, string>): void {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    this.socket?.write(`HTTP/1.1 ${status} Upload Resumption Supported\r\n${lines.join('')}\r\n`)
  }
}

/** Any before that. */
class Older<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
  readonly writeInformation = undefined
}

/** Creates an upload; resolves with the statuses that came, the informational ones first. */
async function create(response: typeof ServerResponse): Promise<(number | undefined)[]> {
  const handler = createUploadHandler({ store: memoryStore() })
  const server = createServer({ ServerResponse: response }, nodeListener(handler))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const headers = { 'Upload-Complete': '?1', 'Upload-Draft-Interop-Version': '8' }
  const seen: (number | undefined)[] = []
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request({ port, method: 'POST', path: '/api/uploads/', headers }, resolve)
    outgoing.on('information', ({ statusCode }) => seen.push(statusCode)).on('error', reject)
    outgoing.end('hello')
  })
  answer.resume()
  return [...seen, answer.statusCode]
}

test('a 104 goes ahead where the platform can send one', async () => {
  expect(await create(Newer)).toEqual([104, 201])
})

test('elsewhere the answer comes alone', async () => {
  expect(await create(Older)).toEqual([201])
})
