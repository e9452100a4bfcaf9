import type { Redis } from 'ioredis'
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { fileOf, handFed } from '../dialects/fixtures/drf-client.ts'
import { drfWire, tusWire, wires, type Wire } from '../dialects/fixtures/wires.ts'
import { noRedis, useRedis } from '../fixtures/redis.ts'
import { createUploadHandler, type UploadHandler } from '../handler.ts'
import { resolveLimits } from '../limits.ts'
import type { UploadHandlerOptions } from '../options.ts'
import type { RedisClient } from '../redis-client.ts'
import { memoryStore } from '../stores/memory.ts'
import { newWish } from './contract.ts'
import { setting } from './redis-scripts.ts'
import { redisCounts, type RedisCountsOptions } from './redis.ts'

const fail = (error: unknown): never => {
  throw error
}

const begin = (wire: Wire, size: number, handler: UploadHandler): Promise<Response> =>
  handler(wire.begin({ start: 0, body: fileOf(10), size, last: size === 10 }), { address: '192.0.2.1' })

const numbers = (responses: readonly Response[]): number[] =>
  responses.map(({ status }) => status).toSorted((a, b) => a - b)
const times = (count: number, status: number): number[] => Array.from({ length: count }, () => status)

describe.skipIf(noRedis)('two nodes over one store', () => {
  const server = useRedis()
  let clients: [Redis, Redis]
  beforeAll(() => {
    clients = [server.client, server.connect()]
  })

  function serve(options: Partial<UploadHandlerOptions>, counted: Partial<RedisCountsOptions> = {}) {
    const store = memoryStore()
    const [one, other] = clients.map((redis) => {
      const counts = redisCounts({ redis, ...counted })
      // A store of its own for each, so that nothing but Redis can join what they count.
      const handler = createUploadHandler({ onError: fail, ...options, store: { ...store }, counts })
      onTestFinished(() => handler.close())
      return handler
    })
    if (!one || !other) throw new Error('there are two')
    return { store, one, other }
  }

  const crowd = (wire: Wire, size: number, handlers: readonly UploadHandler[]): Promise<Response[]> =>
    Promise.all(handlers.flatMap((handler) => Array.from({ length: 25 }, () => begin(wire, size, handler))))

  describe.each(wires)('S06 S07 I18 in $name', (wire) => {
    const made = wire.name === 'drf' ? 200 : 201

    test('of fifty creations at once on both exactly as many get in as may be open', async () => {
      const { one, other } = serve({ limits: { openUploads: 7 } })
      const responses = await crowd(wire, 100, [one, other])
      expect(numbers(responses)).toEqual([...times(7, made), ...times(43, 429)])
      expect(responses.find(({ status }) => status === 429)?.headers.get('retry-after')).toBe('10')
    })

    test('of fifty at once on both exactly as many get in as have room, and both tell the same', async () => {
      const { one, other } = serve({ limits: { ownerBytes: 730 } })
      expect(numbers(await crowd(wire, 100, [one, other]))).toEqual([...times(7, made), ...times(43, 507)])
      for (const handler of [one, other])
        expect(await handler.usage()).toMatchObject({ stored: 70, reserved: 630, sessions: { uploading: 7 } })
    })

    test('what is ended on one gives its room back on the other', async () => {
      const { one, other } = serve({ limits: { totalBytes: 100, openUploads: 1 } })
      const url = await wire.locate(await begin(wire, 100, one))
      expect((await begin(wire, 100, other)).status).toBe(429)
      expect((await other(wire.terminate(url))).status).toBe(204)
      expect(await one.usage()).toMatchObject({ stored: 0, reserved: 0 })
      expect((await begin(wire, 100, one)).status).toBe(made)
    })

    test('while Redis fails, it is 503 and when to come again, and nothing is left over', async () => {
      const told: unknown[] = []
      let works = false
      const flaky: RedisClient = {
        call: async (...asked) => {
          if (!works) throw new Error('connect ECONNREFUSED')
          return clients[0].call(...asked)
        },
      }
      const handler = createUploadHandler({
        store: memoryStore(),
        limits: { openUploads: 1 },
        counts: redisCounts({ redis: flaky }),
        onError: (error) => told.push(error),
      })
      const refused = async (): Promise<void> => {
        const response = await begin(wire, 100, handler)
        expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2'])
        expect(await response.json()).toMatchObject({
          detail: 'What the servers share cannot be reached at the moment',
        })
      }
      await refused()
      works = true
      const url = await wire.locate(await begin(wire, 100, handler))
      await handler(wire.terminate(url))
      works = false
      await refused()
      expect(await handler.usage()).toEqual({ requests: 0 })
      works = true
      expect(await handler.usage()).toMatchObject({ stored: 0, reserved: 0, sessions: { uploading: 0 } })
      expect((await begin(wire, 100, handler)).status).toBe(made)
      expect(told[0]).toMatchObject({ code: 'unavailable', cause: { message: 'connect ECONNREFUSED' } })
    })
  })

  test('while Redis fails, the rest of a body is not waited for', async () => {
    let works = true
    const call: RedisClient['call'] = async (...asked) =>
      works ? clients[0].call(...asked) : fail(new Error('connect ECONNREFUSED'))
    const counts = redisCounts({ redis: { call } })
    const handler = createUploadHandler({ store: memoryStore(), counts, onError: () => {} })
    await handler.open()
    works = false
    const slow = handFed()
    const running = handler(drfWire.begin({ start: 0, body: slow.stream, length: 50, size: 100, last: false }))
    slow.feed(fileOf(5))
    expect((await running).status).toBe(503)
    slow.end()
  })

  test('what is stored and cannot be counted just now is stored all the same, and counted by a sweep', async () => {
    let works = true
    const call: RedisClient['call'] = async (...asked) => {
      if (!works && asked[1] === setting) throw new Error('READONLY')
      return clients[0].call(...asked)
    }
    const clock = { now: 0 }
    const counts = redisCounts({ redis: { call }, now: () => clock.now, abandonedMs: 1000 })
    const told: unknown[] = []
    const handler = createUploadHandler({ store: memoryStore(), counts, onError: (error) => told.push(error) })
    const url = await tusWire.locate(await begin(tusWire, 20, handler))
    works = false
    const rest = { start: 10, body: fileOf(20).slice(10), size: 20, last: true }
    expect((await handler(tusWire.append(url, rest))).status).toBe(204)
    expect((await begin(tusWire, 30, handler)).status).toBe(201)
    expect(told.length).toBeGreaterThan(0)
    works = true
    expect(await handler.usage()).toMatchObject({ sessions: { uploading: 2, complete: 0 }, stored: 10, reserved: 40 })
    clock.now = 1000
    await handler.sweep()
    expect(await handler.usage()).toMatchObject({ sessions: { uploading: 1, complete: 1 }, stored: 30, reserved: 20 })
  })

  test('S06 new uploads, chunks and requests a minute are counted over both', async () => {
    const clock = { now: 0 }
    const limits = { creationsPerMinute: 2, chunksPerMinute: 2 }
    const throttle = { requests: 9, perMs: 60_000 }
    const { one, other } = serve({ limits, throttle }, { now: () => clock.now })
    const url = await drfWire.locate(await begin(drfWire, 100, one))
    expect((await begin(drfWire, 100, other)).status).toBe(200)
    const third = await begin(drfWire, 100, one)
    expect([third.status, third.headers.get('retry-after')]).toEqual([429, '60'])
    // What was refused has taken nothing.
    expect(await one.usage()).toMatchObject({ sessions: { uploading: 2 }, reserved: 180 })
    const append = async (handler: UploadHandler, start: number): Promise<number> => {
      const piece = drfWire.append(url, { start, body: fileOf(1), size: 100, last: false })
      return (await handler(piece, { address: '192.0.2.1' })).status
    }
    expect([await append(one, 10), await append(other, 11), await append(one, 12)]).toEqual([200, 200, 429])
    clock.now = 60_000
    expect([await append(one, 12), (await begin(drfWire, 100, other)).status]).toEqual([200, 200])
    clock.now = 120_000
    const ask = async (handler: UploadHandler): Promise<number> =>
      (await handler(drfWire.ask(url), { address: '192.0.2.1' })).status
    for (let count = 0; count < 9; count += 1) expect(await ask(count % 2 === 0 ? one : other)).toBe(200)
    expect([await ask(one), await ask(other)]).toEqual([429, 429])
  })

  test('S07 what has no size is reserved as it comes, to the last byte that there is room for', async () => {
    const { one, other } = serve({ limits: { totalBytes: 50 } })
    const piece = { size: undefined, last: false }
    const url = await tusWire.locate(await one(tusWire.begin({ ...piece, start: 0, body: fileOf(30) })))
    const append = async (size: number): Promise<number> =>
      (await other(tusWire.append(url, { ...piece, start: 30, body: fileOf(size) }))).status
    expect(await append(21)).toBe(507)
    expect(await one.usage()).toMatchObject({ stored: 30, reserved: 0 })
    expect(await append(20)).toBe(204)
    expect(await one.usage()).toMatchObject({ stored: 50, reserved: 0 })
  })

  test('bytes without a known size do not ask Redis for each piece', async () => {
    const { one } = serve({ limits: { totalBytes: 1e9 } })
    const slow = handFed()
    const call = vi.spyOn(clients[0], 'call')
    onTestFinished(() => call.mockRestore())
    const running = one(tusWire.begin({ start: 0, body: slow.stream, length: 0, size: undefined, last: false }))
    for (let count = 0; count < 200; count += 1) slow.feed(fileOf(10_000))
    slow.end()
    expect((await running).status).toBe(201)
    expect(await one.usage()).toMatchObject({ stored: 2_000_000, reserved: 0 })
    expect(call.mock.calls.length).toBeLessThan(15)
  })

  test('a sweep of one gives back what another one has reserved that died, but not what one is at work on', async () => {
    const clock = { now: 0 }
    const counted = { now: () => clock.now, abandonedMs: 60_000 }
    const { one, other, store } = serve({ limits: { totalBytes: 200 } }, counted)
    const slow = handFed()
    const running = one(tusWire.begin({ start: 0, body: slow.stream, length: 100, size: 100, last: true }))
    slow.feed(fileOf(5))
    await slow.taken()
    const dead = redisCounts({ redis: clients[0], ...counted })({ store, now: Date.now, onError: fail }).ledger
    await dead.take(newWish({ bytes: 90 }), resolveLimits({}))
    dead.reset()
    clock.now = 59_999
    await other.sweep()
    expect(await other.usage()).toMatchObject({ reserved: 190 })
    // The node at work has told so in between; its timer is not what is tested here.
    await clients[0].zadd('{chunkwise}:uploads:counts:pending', 'XX', 120_000, ...(await theIdOf(100)))
    clock.now = 60_000
    await other.sweep()
    expect(await other.usage()).toMatchObject({ reserved: 100 })
    slow.feed(fileOf(100).slice(5))
    slow.end()
    expect((await running).status).toBe(201)
    expect(await other.usage()).toMatchObject({ stored: 100, reserved: 0, sessions: { complete: 1 } })
  })

  const theIdOf = async (bytes: number): Promise<[string]> => {
    const all = await clients[0].hgetall('{chunkwise}:uploads:counts:sessions')
    const found = Object.keys(all).find((id) => all[id]?.includes(` ${bytes} `))
    return [found ?? fail(new Error('no such session'))]
  }

  test('a node that starts counts nothing twice', async () => {
    const { one, store } = serve({ limits: { totalBytes: 200 } })
    await begin(drfWire, 100, one)
    const late = createUploadHandler({ store, limits: { totalBytes: 200 }, counts: redisCounts({ redis: clients[1] }) })
    await late.open()
    expect(await late.usage()).toMatchObject({ stored: 10, reserved: 90 })
    expect(numbers([await begin(drfWire, 100, late), await begin(drfWire, 10, late)])).toEqual([200, 507])
    await late.close()
    expect(await one.usage()).toMatchObject({ stored: 20, reserved: 180 })
  })
})

test('a Redis that does not answer is waited for as long as was said', async () => {
  const redis: RedisClient = { call: () => new Promise<never>(() => {}) }
  const told: unknown[] = []
  const handler = createUploadHandler({
    store: memoryStore(),
    counts: redisCounts({ redis, timeoutMs: 20 }),
    onError: (error) => told.push(error),
  })
  const response = await begin(tusWire, 10, handler)
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2'])
  expect(await handler.health()).toEqual({ ready: false, ailments: ['store'] })
  expect(told[0]).toMatchObject({ cause: { message: 'Redis has not answered within 20 ms' } })
})

test('counts that are none are refused', () => {
  const counts: unknown = { redis: {} }
  expect(() => createUploadHandler({ store: memoryStore(), counts } as UploadHandlerOptions)).toThrow('Option counts')
})
