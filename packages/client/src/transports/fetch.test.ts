import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { fetchTransport } from './fetch.ts'

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

async function listen(answer: RequestListener): Promise<string> {
  server = createServer(answer)
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  // A server that listens on a port has such an address.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/uploads/`
}
const { signal } = new AbortController()
const options = { signal, onSent: () => {} }
const ask = (url: string, more: object = {}) =>
  fetchTransport({ method: 'GET', url, headers: {}, credentials: 'omit', ...more }, options)

test('gives the answer read whole, and the address that gave it', async () => {
  const url = await listen((request, response) => {
    response.setHeader('X-Method', `${request.method} ${String(request.headers['x-own'])}`)
    response.statusCode = 400
    response.end('{"detail":"no"}')
  })
  const reply = await ask(url, { headers: { 'X-Own': '1' } })
  expect(reply).toMatchObject({ status: 400, url, text: '{"detail":"no"}' })
  expect(reply.header('x-method')).toBe('GET 1')
  expect(reply.header('x-none')).toBeUndefined()
})

test('sends a body as it is', async () => {
  const url = await listen((request, response) => {
    request.setEncoding('utf8')
    request.on('data', (text: string) => response.write(text.toUpperCase()))
    request.on('end', () => response.end())
  })
  expect((await ask(url, { method: 'PUT', body: new Blob(['bytes']) })).text).toBe('BYTES')
})

test.each([301, 302, 303, 307, 308])(
  'follows no redirect (%d): a POST must not become a GET that succeeds (F20)',
  async (status) => {
    let asked = 0
    const url = await listen((_, response) => {
      asked += 1
      response.writeHead(status, { Location: '/elsewhere/' }).end()
    })
    await expect(ask(url, { method: 'POST' })).rejects.toMatchObject({ code: 'blocked' })
    expect(asked).toBe(1)
  },
)

test('no answer is the error network, whether nobody listens or the connection breaks (F01, F29)', async () => {
  const url = await listen((request) => request.socket.destroy())
  await expect(ask(url)).rejects.toMatchObject({
    code: 'network',
    message: /^Cannot reach 127\.0\.0\.1:\d+: no answer to GET$/,
  })
  server?.close()
  await expect(ask('http://127.0.0.1:1/')).rejects.toMatchObject({ code: 'network' })
})

test('an answer that breaks off is none', async () => {
  const url = await listen((_, response) => {
    response.writeHead(200, { 'Content-Length': '100' })
    response.write('{"off', () => response.destroy())
  })
  await expect(ask(url)).rejects.toMatchObject({ code: 'network' })
})

test('an aborted request rejects with the reason, whatever the platform calls it', async () => {
  const url = await listen(() => {})
  const stop = new AbortController()
  const asking = fetchTransport(
    { method: 'GET', url, headers: {}, credentials: 'omit' },
    { ...options, signal: stop.signal },
  )
  stop.abort('enough')
  await expect(asking).rejects.toBe('enough')
})
