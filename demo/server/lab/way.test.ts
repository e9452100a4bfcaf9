import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Fault } from '@chunkwise/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { labEndpoint, type LabRequest } from '../../src/lab/state.ts'
import { createRequestLog, type RequestLog } from './request-log.ts'
import { createWay } from './way.ts'

const size = 1000

// What arrived: how many bytes of each request, and how many of them were not 0, as all that are sent are.
const arrived: number[] = []
const damaged: number[] = []
const upload = createServer((incoming, outgoing) => {
  let bytes = 0
  incoming.on('data', (piece: Buffer) => {
    bytes += piece.length
    damaged.push(...piece.filter((byte) => byte !== 0))
  })
  incoming.on('close', () => arrived.push(bytes))
  incoming.on('error', () => {})
  incoming.on('end', () => outgoing.writeHead(201, { 'Upload-Offset': String(bytes) }).end('{"id":1}'))
})
const did: string[] = []
let faults: Fault[]
let log: RequestLog
let isUp: boolean
const front = createServer((incoming, outgoing) => {
  const server = {
    get port() {
      return isUp ? (upload.address() as AddressInfo).port : undefined
    },
    kill: async (ms: number) => {
      if (isUp) did.push(`killed for ${ms} ms, with ${arrived.length} requests over`)
      isUp = false
    },
    forget: async (id: string) => void did.push(`forgot ${id}`),
  }
  way ??= createWay({ server, log, switchboard: { next: () => faults.shift() ?? { fault: 'ok' } } })
  way(incoming, outgoing)
})
let way: ReturnType<typeof createWay> | undefined

beforeEach(async () => {
  arrived.length = damaged.length = did.length = 0
  faults = []
  way = undefined
  isUp = true
  log = createRequestLog(() => {})
  for (const each of [upload, front]) await once(each.listen(0, '127.0.0.1'), 'listening')
})

afterEach(async () => {
  for (const each of [front, upload]) {
    each.closeAllConnections()
    await once(each.close(), 'close')
  }
})

interface Got {
  readonly status: number | undefined
  readonly headers: NodeJS.Dict<string | string[]>
  readonly text: string
}

// A chunk of a file, whole.
function send(signal?: AbortSignal): Promise<Got> {
  return new Promise((resolve, reject) => {
    const out = request({
      ...{ host: '127.0.0.1', port: (front.address() as AddressInfo).port, method: 'PUT', agent: false },
      ...{ path: `${labEndpoint}some-id/`, ...(signal ? { signal } : {}) },
      headers: { 'Content-Range': `bytes 0-${size - 1}/${size}`, 'Content-Length': size },
    })
    out.on('response', (answer) => {
      let text = ''
      answer.on('data', (piece: Buffer) => (text += piece.toString()))
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }))
    })
    out.on('error', reject)
    out.end(Buffer.alloc(size))
  })
}

const last = (): LabRequest | undefined => log.requests.at(-1)

test('what no fault meets goes through, and its answer comes back as it is', async () => {
  const { status, headers, text } = await send()
  expect({ status, offset: headers['upload-offset'], text }).toEqual({ status: 201, offset: '1000', text: '{"id":1}' })
  expect(last()).toMatchObject({
    ...{ method: 'PUT', kind: 'append', range: { start: 0, end: size }, fault: { fault: 'ok' } },
    ...{ outcome: 'answered', status: 201 },
  })
})

test.each<[Fault, arrived: number[]]>([
  [{ fault: 'drop' }, []],
  [{ fault: 'cut', after: 400 }, [400]],
  [{ fault: 'cut', after: size + 1 }, [size]],
  [{ fault: 'lost' }, [size]],
])('%j breaks the connection', async (fault, expected) => {
  faults.push(fault)
  await expect(send()).rejects.toThrow('ECONNRESET')
  await vi.waitFor(() => expect(arrived).toEqual(expected))
  expect(last()).toMatchObject({ fault, outcome: 'broken', status: undefined })
})

test.each<[Fault, status: number, arrived: number[]]>([
  [{ fault: 'duplicate' }, 201, [size, size]],
  [{ fault: 'status', status: 503, headers: { 'Retry-After': '2' } }, 503, []],
  [{ fault: 'html' }, 200, []],
  [{ fault: 'delay', ms: 1 }, 201, [size]],
  [{ fault: 'delay', ms: 1, what: 'answer' }, 201, [size]],
  [{ fault: 'slow', bytesPerSecond: 50_000 }, 201, [size]],
  [{ fault: 'gone' }, 201, [size]],
])('%j ends in an answer', async (fault, expected, all) => {
  faults.push(fault)
  const { status, headers } = await send()
  expect(status).toBe(expected)
  expect(headers['retry-after']).toBe(fault.fault === 'status' ? '2' : undefined)
  expect(arrived).toEqual(all)
  expect(did).toEqual(fault.fault === 'gone' ? ['forgot some-id'] : [])
})

test('a slow request takes its time', async () => {
  faults.push({ fault: 'slow', bytesPerSecond: 10_000 })
  await send()
  expect((last()?.ended ?? 0) - (last()?.began ?? 0)).toBeGreaterThanOrEqual(95)
})

test('one bit is turned over', async () => {
  faults.push({ fault: 'corrupt', byte: 500 })
  await send()
  expect(damaged).toEqual([1])
})

test('what is late is applied before the next request', async () => {
  faults.push({ fault: 'late' })
  await expect(send()).rejects.toThrow('ECONNRESET')
  expect(arrived).toEqual([])
  await send()
  expect(arrived).toEqual([size, size])
})

test('the server is killed while the request is under way, and while there is none no fault is used up', async () => {
  faults.push({ fault: 'kill', after: 400, ms: 7 }, { fault: 'lost' })
  await expect(send()).rejects.toThrow('ECONNRESET')
  expect(did).toEqual(['killed for 7 ms, with 0 requests over'])
  await expect(send()).rejects.toThrow('ECONNRESET')
  expect(last()).toMatchObject({ fault: { fault: 'ok' }, outcome: 'down' })
  expect(faults).toHaveLength(1)
})

test('a page that does not wait has left', async () => {
  const stop = new AbortController()
  faults.push({ fault: 'delay', ms: 60_000 })
  const sent = expect(send(stop.signal)).rejects.toThrow('aborted')
  await vi.waitFor(() => expect(log.requests).toHaveLength(1))
  stop.abort()
  await sent
  await vi.waitFor(() => expect(last()?.outcome).toBe('left'))
  expect(arrived).toEqual([])
})
