import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import type { Script } from '@chunkwise/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type FaultProxy, type FaultProxyOptions, openFaultProxy } from './fault-proxy.ts'
import { scriptedWay } from './fault-script.ts'

// What arrived at the server: how it was asked, and how much of the body came.
const seen: string[] = []
const forgotten: string[] = []
const server = createServer((incoming, outgoing) => {
  let body = ''
  incoming.setEncoding('latin1').on('data', (text: string) => (body += text))
  incoming.on('close', () => seen.push(`${incoming.method} ${body}`))
  incoming.on('end', () => outgoing.end(JSON.stringify({ offset: body.length })))
})
let proxy: FaultProxy
let clients: Socket[] = []

beforeEach(async () => {
  seen.length = forgotten.length = 0
  await once(server.listen(0, '127.0.0.1'), 'listening')
})
afterEach(async () => {
  for (const client of clients) client.destroy()
  clients = []
  await proxy.close()
  server.closeAllConnections()
  await once(server.close(), 'close')
})

async function open(script: Script, more: Partial<FaultProxyOptions> = {}): Promise<void> {
  const way = scriptedWay(script, { forget: async (id) => void forgotten.push(id) }, 100)
  const { port } = server.address() as AddressInfo
  proxy = await openFaultProxy({ portFor: () => port, passageFor: way.passageFor, ...more })
}

const put = (body = '0123456789'): string =>
  `PUT /api/uploads/abc/ HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`
const statusOf = (answer: string): string => answer.split('\r\n', 1)[0] ?? ''

/** Says this on a connection of its own, and gives back all that is heard until its end. */
async function say(text: string): Promise<string> {
  const client = connect(proxy.port, '127.0.0.1')
  clients.push(client)
  let heard = ''
  client.on('data', (bytes) => (heard += bytes.toString('latin1'))).on('error', () => (heard += '[reset]'))
  client.write(text)
  await new Promise((resolve) => client.once('close', resolve))
  return heard
}

test('lets through what the script does not touch, and writes it down', async () => {
  await open([])
  expect(await say(put())).toMatch(/^HTTP\/1\.1 200 OK[^]*\{"offset":10\}$/)
  expect(proxy.log).toMatchObject([{ method: 'PUT', sent: 10, status: 200, offset: 10, fault: 'ok' }])
})

test.each<[string, Script[number], string, readonly string[]]>([
  ['drop', 'drop', '[reset]', []],
  ['lost', 'lost', '[reset]', ['PUT 0123456789']],
  ['a cut before the body', { fault: 'cut', after: 0 }, '[reset]', ['PUT ']],
  ['a cut in it', { fault: 'cut', after: 4 }, '[reset]', ['PUT 0123']],
  ['a cut right behind it', { fault: 'cut', after: 10 }, '[reset]', ['PUT 0123456789']],
  ['a cut that it does not reach', { fault: 'cut', after: 11 }, '[reset]', ['PUT 0123456789']],
  ['duplicate', 'duplicate', 'HTTP/1.1 200 OK', ['PUT 0123456789', 'PUT 0123456789']],
  ['delay', { fault: 'delay', ms: 100 }, 'HTTP/1.1 200 OK', ['PUT 0123456789']],
  ['a delay of the answer', { fault: 'delay', ms: 100, what: 'answer' }, 'HTTP/1.1 200 OK', ['PUT 0123456789']],
  ['slow', { fault: 'slow', bytesPerSecond: 100 }, 'HTTP/1.1 200 OK', ['PUT 0123456789']],
  ['status', 413, 'HTTP/1.1 413 Made on the way', []],
  ['html', 'html', 'HTTP/1.1 200 Made on the way', []],
  ['corrupt', { fault: 'corrupt', byte: 4 }, 'HTTP/1.1 200 OK', ['PUT 0123556789']],
  ['corrupt behind its end', { fault: 'corrupt', byte: 400 }, 'HTTP/1.1 200 OK', ['PUT 0123456788']],
  ['gone', 'gone', 'HTTP/1.1 200 OK', ['PUT 0123456789']],
])('%s', async (_, entry, heard, arrived) => {
  await open([entry])
  expect(statusOf(await say(put()))).toBe(heard)
  await vi.waitFor(() => expect(seen).toEqual(arrived))
  expect(forgotten).toEqual(entry === 'gone' ? ['abc'] : [])
  // What follows is let through again.
  expect(statusOf(await say(put('next')))).toBe('HTTP/1.1 200 OK')
})

test('late: held on its way, and applied just before a later request', async () => {
  await open([{ fault: 'late', before: 2 }])
  expect(await say(put('first'))).toBe('[reset]')
  await say(put('second'))
  expect(seen).toEqual(['PUT second'])
  await say(put('third'))
  expect(seen).toEqual(['PUT second', 'PUT first', 'PUT third'])
})

test('what something in between answers counts as nobody’s word', async () => {
  await open([{ fault: 'status', status: 200, body: { offset: 5 } }])
  expect(await say(put())).toContain('{"offset":5}')
  expect(proxy.log[0]).toMatchObject({ status: 200 })
  expect(proxy.log[0]?.offset).toBeUndefined()
})

test('a connection that is kept carries one request after another, until one of them breaks it', async () => {
  await open(['ok', 503, { fault: 'lost', on: 'append' }], { keepAlive: true })
  const heard = await say(put('one') + put('two') + put('three'))
  expect(heard.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 503'])
  expect(heard).not.toMatch(/connection: close/i)
  expect(heard).toMatch(/\[reset\]$/)
  expect(seen).toEqual(['PUT one', 'PUT three'])
})

test('resets whoever asks while there is no server, and goes on when there is one', async () => {
  let up = false
  const { port } = server.address() as AddressInfo
  const portFor = (): number => {
    if (up) return port
    throw new Error('There is no server')
  }
  await open([], { portFor })
  expect(await say(put())).toBe('[reset]')
  up = true
  expect(statusOf(await say(put()))).toBe('HTTP/1.1 200 OK')
})

test('an answer that comes before the body has come is handed back at once', async () => {
  const early = createServer((_, outgoing) => outgoing.writeHead(413, { Connection: 'close' }).end())
  await once(early.listen(0, '127.0.0.1'), 'listening')
  await open([], { portFor: () => (early.address() as AddressInfo).port })
  const begun = 'PUT /api/uploads/abc/ HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nonly this'
  expect(statusOf(await say(begun))).toBe('HTTP/1.1 413 Payload Too Large')
  await once(early.close(), 'close')
})
