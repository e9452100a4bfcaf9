import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Network, openNetwork } from './network.ts'

const size = 1000
const seen: number[] = []
// Where bytes arrived that are not 0, as all that are sent are.
const damaged: number[] = []
const server = createServer((incoming, outgoing) => {
  let bytes = 0
  incoming.on('data', (piece: Buffer) => {
    damaged.push(...[...piece.entries()].filter(([, byte]) => byte !== 0).map(([at]) => bytes + at))
    bytes += piece.length
  })
  incoming.on('close', () => seen.push(bytes))
  incoming.on('end', () => outgoing.end(JSON.stringify({ offset: bytes })))
})
let network: Network

beforeEach(async () => {
  seen.length = damaged.length = 0
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  network = await openNetwork(() => {
    if (server.listening) return port
    throw new Error('There is no server')
  })
})

afterEach(async () => {
  await network.close()
  server.closeAllConnections()
  if (server.listening) await once(server.close(), 'close')
})

// A chunk of a file, whole; resolves with the answer.
function send(): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Range': `bytes 0-${size - 1}/${size}`, 'Content-Length': size }
    const out = request(`${network.url}/api/uploads/`, { method: 'PUT', headers }, (answer) => {
      let text = ''
      answer.on('data', (piece: Buffer) => (text += piece.toString()))
      answer.on('end', () => resolve(text))
      answer.on('error', reject)
    })
    out.on('error', reject)
    out.end(Buffer.alloc(size))
  })
}

test('lets through and writes down', async () => {
  expect(await send()).toBe('{"offset":1000}')
  expect(network.log).toMatchObject([
    { method: 'PUT', range: { start: 0, end: 999 }, sent: 1000, status: 200, offset: 1000 },
  ])
})

test('holds bytes back until they are let go', async () => {
  const hold = network.holdAt(400)
  const answer = send()
  await vi.waitFor(() => expect(hold.isReached).toBe(true))
  expect(network.log[0]?.sent).toBe(400)
  hold.release()
  expect(await answer).toBe('{"offset":1000}')
})

test('cuts right before a byte, once', async () => {
  network.cutAt(400)
  await expect(send()).rejects.toThrow('ECONNRESET')
  await vi.waitFor(() => expect(seen).toEqual([400]))
  expect(network.log[0]?.answered).toBeUndefined()
  expect(await send()).toBe('{"offset":1000}')
})

test('damages a byte, once', async () => {
  network.damageAt(400)
  expect(await send()).toBe('{"offset":1000}')
  expect(damaged).toEqual([400])
  await send()
  expect(damaged).toEqual([400])
})

test('notices the end of a browser whose bytes are held back', async () => {
  const hold = network.holdAt(400)
  const answer = send()
  const refused = expect(answer).rejects.toThrow('ECONNRESET')
  await vi.waitFor(() => expect(hold.isReached).toBe(true))
  network.cut()
  await refused
  await vi.waitFor(() => expect(seen).toEqual([400]))
  hold.release()
})

test('loses an answer that the server has given', async () => {
  network.loseAnswerTo('PUT')
  await expect(send()).rejects.toThrow('ECONNRESET')
  expect(seen).toEqual([1000])
  expect(network.log[0]?.status).toBeUndefined()
  expect(await send()).toBe('{"offset":1000}')
})

test('resets connections while there is no server', async () => {
  await once(server.close(), 'close')
  await expect(send()).rejects.toThrow('ECONNRESET')
})

test.each(['at once', 'in a row'] as const)(
  'lets a chunk through twice, %s, and hands one answer back',
  async (when) => {
    network.sendTwiceAt(500, when)
    expect(await send()).toBe('{"offset":1000}')
    await vi.waitFor(() => expect(seen).toEqual([size, size]))
    expect(await send()).toBe('{"offset":1000}')
    await vi.waitFor(() => expect(seen).toHaveLength(3))
  },
)
