import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Agent, createServer, request, type RequestListener } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { buffer } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'
import type { LinkSettings } from './lane.ts'
import { openSlowLink, type SlowLink } from './slow-link.ts'

const fast = { roundTripMs: 2, rate: 20e6 }
const slow = { roundTripMs: 2, rate: 1000 }
const closing: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function linkTo(listener: RequestListener, settings: LinkSettings = fast): Promise<SlowLink> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A server that listens on a port has an address of this form.
  const { port } = server.address() as AddressInfo
  const link = await openSlowLink(port, settings)
  closing.push(async () => {
    await link.close()
    server.closeAllConnections()
    server.close()
  })
  return link
}

test('bytes arrive whole and in their order, there and back, and are counted on their way there', async () => {
  const link = await linkTo((asked, answer) => void asked.pipe(answer))
  const bytes = randomBytes(3_000_000)
  const answer = await fetch(link.url, { method: 'PUT', body: new Uint8Array(bytes) })
  expect(bytes.equals(Buffer.from(await answer.arrayBuffer()))).toBe(true)
  expect(link.carried).toBeGreaterThan(bytes.length)
  expect(link.carried).toBeLessThan(bytes.length + 1000)
})

test('one connection carries one request after the other', async () => {
  const ports = new Set<number | undefined>()
  const link = await linkTo((asked, answer) => {
    ports.add(asked.socket.remotePort)
    answer.end('ok')
  })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  for (let count = 0; count < 3; count += 1) {
    const sent = request(link.url, { agent }).end()
    const [answer] = await once(sent, 'response')
    expect(String(await buffer(answer))).toBe('ok')
  }
  agent.destroy()
  expect(ports.size).toBe(1)
})

test('what there is no room for stays with who sends it', async () => {
  const link = await linkTo((asked, answer) => void asked.pipe(answer), slow)
  const sending = request(link.url, { method: 'PUT' }).on('error', () => {})
  sending.write(randomBytes(30_000_000))
  await expect.poll(() => link.carried).toBeGreaterThan(0)
  // Time enough for all of it, if somebody took it.
  for (let turn = 0; turn < 50; turn += 1) await sleep(2)
  expect(link.carried).toBeLessThan(1_000_000)
})

test('who sends to a server that has answered and gone learns both', async () => {
  const link = await linkTo(({ socket }) => {
    socket.end('gone')
    // First one direction, then the other, as a server does that lets a client read its answer.
    setTimeout(() => socket.destroy(), 20)
  })
  const client = connect({ port: Number(new URL(link.url).port), host: '127.0.0.1', allowHalfOpen: true })
  const told: Buffer[] = []
  client.on('error', () => {}).on('data', (bytes) => told.push(bytes))
  const closed = new Promise((resolve) => client.once('close', resolve))
  const pump = (): void => {
    while (client.writable && client.write(randomBytes(100_000))) continue
  }
  client.on('drain', pump).write('PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n')
  pump()
  await closed
  expect(String(Buffer.concat(told))).toBe('gone')
  expect(link.carried).toBeLessThan(10_000_000)
})

test('a dropped connection is reset on both sides, and another one can follow', async () => {
  const cut: Promise<unknown>[] = []
  const link = await linkTo((asked, answer) => {
    if (asked.method === 'GET') return void answer.end('there')
    cut.push(new Promise((resolve) => asked.once('error', resolve)))
    // Once its first bytes are there.
    asked.once('data', () => link.drop())
  })
  const hanging = request(link.url, { method: 'PUT' })
  hanging.write(randomBytes(1000))
  const [error] = await once(hanging, 'error')
  expect(error).toMatchObject({ code: 'ECONNRESET' })
  await Promise.all(cut)
  expect(cut).toHaveLength(1)
  expect(await (await fetch(link.url)).text()).toBe('there')
})
