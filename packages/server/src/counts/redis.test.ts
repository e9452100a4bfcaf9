import fc from 'fast-check'
import type { Redis } from 'ioredis'
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { noRedis, useRedis } from '../fixtures/redis.ts'
import { holdingOf, ledgerOf, type Holding, type Ledger } from '../ledger.ts'
import { resolveLimits } from '../limits.ts'
import type { SessionRecord } from '../record.ts'
import { newRecord } from '../stores/fixtures/records.ts'
import { memoryStore } from '../stores/memory.ts'
import { ledgerContract, newWish, throttleContract } from './contract.ts'
import { redisCounts, type RedisCountsOptions } from './redis.ts'

const unlimited = resolveLimits({})
const fail = (error: unknown): never => {
  throw error
}

describe.skipIf(noRedis)('counts in Redis', () => {
  const server = useRedis()
  // Of two nodes.
  let here: Redis
  let there: Redis
  beforeAll(() => {
    here = server.client
    there = server.connect()
  })

  const node = (redis: Redis, options: Partial<RedisCountsOptions> = {}, now = Date.now) =>
    redisCounts({ redis, ...options })({ store: memoryStore(), now, onError: fail })

  function nodeLedger(redis: Redis, options: Partial<RedisCountsOptions> = {}): Ledger {
    const { ledger } = node(redis, options)
    onTestFinished(() => ledger.reset())
    return ledger
  }

  ledgerContract(async () => [nodeLedger(here), nodeLedger(there)])

  throttleContract((options, now) => [
    node(here, { now }).throttle('chunks', options),
    node(there, { now }).throttle('chunks', options),
  ])

  test('by its own clock, whatever the nodes have, a throttle is forgotten after its time', async () => {
    const throttle = node(here).throttle('creations', { requests: 1, perMs: 60_000 })
    await throttle('owner ada')
    await expect(throttle('owner ada')).rejects.toMatchObject({ details: { retryAfter: 60 } })
    await node(there).throttle('chunks', { requests: 1, perMs: 60_000 })('owner ada')
    const left = await there.pttl('{chunkwise}:uploads:rate:creations:owner ada')
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThanOrEqual(60_000)
  })

  test('no more than 2^53 bytes are taken, whatever the limits', async () => {
    const ledger = nodeLedger(here)
    await ledger.take(newWish({ bytes: Number.MAX_SAFE_INTEGER }), unlimited)
    await expect(ledger.take(newWish({ bytes: 1 }), unlimited)).rejects.toMatchObject({ code: 'storage-full' })
  })

  test('nothing is left of whoever has nothing', async () => {
    const ledger = nodeLedger(here)
    const wish = newWish()
    await ledger.take(wish, unlimited)
    await ledger.set(wish.id, undefined)
    expect(await here.keys('*')).toEqual(['{chunkwise}:uploads:counts:state'])
  })

  test('it counts as the one in memory does, whatever is done', async () => {
    const id = fc.constantFrom(...Array.from({ length: 4 }, () => crypto.randomUUID()))
    const account = fc.constantFrom('owner ada', 'address 192.0.2.1')
    const bytes = fc.nat(40)
    const status = fc.constantFrom('uploading', 'verifying', 'complete', 'failed', 'expired')
    const holding = fc.record<Holding>({ account, status, bytes, stored: bytes })
    const limit = fc.constantFrom(1, 20, 50, Infinity)
    const limits = fc.record({ openUploads: limit, ownerBytes: limit, totalBytes: limit })
    const spare = fc.option(fc.integer({ min: -5, max: 60 }), { nil: undefined })
    const step = fc.oneof(
      fc.record({ do: fc.constant('take' as const), id, account, bytes, stored: bytes, limits, spare }),
      fc.record({ do: fc.constant('set' as const), id, holding: fc.option(holding, { nil: undefined }) }),
      fc.record({ do: fc.constant('measure' as const), id }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        await here.flushall()
        const ledgers = [nodeLedger(here), ledgerOf(memoryStore())] as const
        let promised = 0
        for (const next of steps) {
          if (next.do === 'measure') promised = (await ledgers[0].overview()).promised
          const told = ledgers.map(async (ledger) => {
            if (next.do === 'measure') return undefined
            if (next.do === 'set') return ledger.set(next.id, next.holding)
            const space = next.spare === undefined ? undefined : { spare: next.spare, promised }
            return ledger.take({ ...next, space }, resolveLimits(next.limits)).catch(String)
          })
          const [one, other] = await Promise.all(told)
          expect(one).toEqual(other)
          const [found, known] = await Promise.all(
            ledgers.map(async (ledger) => [
              await ledger.get(next.id),
              await ledger.overview(),
              await ledger.totals('owner ada'),
              await ledger.totals('address 192.0.2.1'),
            ]),
          )
          expect(found).toEqual(known)
        }
      }),
      { numRuns: 80 },
    )
  })

  describe('what has gone wrong', () => {
    const clocked = () => {
      const clock = { now: 1_800_000_000_000 }
      const options = { abandonedMs: 1000, now: () => clock.now }
      const store = memoryStore()
      const [dying, living] = [nodeLedger(here, options), nodeLedger(there, options)]
      /** Every record is what is counted, and nothing else is. */
      const isRight = async (...records: SessionRecord[]): Promise<void> => {
        const fresh = ledgerOf(memoryStore())
        for (const record of records) {
          await fresh.set(record.id, holdingOf(record))
          expect(await living.get(record.id)).toEqual(holdingOf(record))
        }
        const { promised: _, ...known } = await fresh.overview()
        expect(await living.overview()).toMatchObject(known)
      }
      return { clock, store, dying, living, isRight }
    }

    test('what a node has reserved that died before the record was there, is given back after a time', async () => {
      const { clock, store, dying, living, isRight } = clocked()
      await dying.take(newWish({ bytes: 100 }), unlimited)
      dying.reset()
      clock.now += 999
      await living.repair(store)
      expect(await living.overview()).toMatchObject({ open: 1, bytes: 100 })
      clock.now += 1
      await living.repair(store)
      await isRight()
      expect(await here.zcard('{chunkwise}:uploads:counts:pending')).toBe(0)
    })

    test('what a node has reserved that is at work on it is not, however long that takes', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      onTestFinished(() => void vi.useRealTimers())
      const { clock, store, dying, living } = clocked()
      const wish = newWish({ bytes: 100 })
      await dying.take(wish, unlimited)
      const pass = async (): Promise<void> => {
        clock.now += 250
        vi.advanceTimersByTime(250)
        // Behind whatever the node has sent.
        await here.ping()
        await living.repair(store)
      }
      for (let count = 0; count < 12; count += 1) await pass()
      expect(await living.get(wish.id)).toMatchObject({ bytes: 100 })
      dying.reset()
      for (let count = 0; count < 3; count += 1) await pass()
      expect(await living.get(wish.id)).toMatchObject({ bytes: 100 })
      await pass()
      expect(await living.get(wish.id)).toBeUndefined()
    })

    test('what was reserved for more of an upload goes back to what its record says, unless another node goes on with it', async () => {
      const { clock, store, dying, living, isRight } = clocked()
      const record = newRecord({ owner: 'ada', offset: 10 })
      await store.commit(record)
      await dying.set(record.id, holdingOf(record))
      await dying.take(newWish({ id: record.id, bytes: 100 }), unlimited)
      dying.reset()
      clock.now += 900
      expect(await living.take(newWish({ id: record.id, bytes: 60 }), unlimited)).toBe(false)
      clock.now += 900
      await living.repair(store)
      expect(await living.get(record.id)).toMatchObject({ bytes: 100 })
      clock.now += 100
      await living.repair(store)
      await isRight(record)
    })

    test('what was committed and not counted any more, is counted', async () => {
      const { store, living, isRight } = clocked()
      const records = [
        newRecord({ owner: 'ada', size: 10, offset: 4 }),
        newRecord({ owner: 'ada', status: 'complete', offset: 7 }),
        newRecord({ address: '192.0.2.1', status: 'failed', offset: 2 }),
      ] as const
      for (const record of records) await store.commit(record)
      // Before the end, under another node; and one that was removed.
      await living.set(records[1].id, holdingOf({ ...records[1], status: 'uploading', size: 7 }))
      await living.set(crypto.randomUUID(), holdingOf(records[1]))
      await living.repair(store)
      await isRight(...records)
    })

    test('bytes of what has expired count until they are removed, or nobody is removing them', async () => {
      const { clock, store, dying, living } = clocked()
      const record = newRecord({ owner: 'ada', status: 'expired', offset: 10 })
      await store.commit(record)
      await dying.set(record.id, { ...holdingOf(record), bytes: 10, stored: 10 })
      await living.repair(store)
      expect(await living.get(record.id)).toMatchObject({ bytes: 10 })
      dying.reset()
      clock.now += 1000
      await living.repair(store)
      expect(await living.get(record.id)).toMatchObject({ status: 'expired', bytes: 0 })
    })

    test('what changes while it is repaired is left to who changes it', async () => {
      const { store, dying, living } = clocked()
      const [made, gone] = [newRecord({ owner: 'ada', size: 10 }), newRecord({ owner: 'ada', size: 20 })]
      await store.commit(gone)
      await dying.set(gone.id, holdingOf({ ...gone, offset: 5 }))
      await dying.set(made.id, holdingOf(made))
      const busy = {
        ...store,
        async read(id: string) {
          const found = await store.read(id)
          // At the worst moment: made after it was seen that it is not there, and dropped after it was seen that it is.
          if (id === made.id) {
            await store.commit(made)
            await dying.set(made.id, holdingOf(made))
          } else {
            await store.remove(gone)
            await dying.set(gone.id, undefined)
          }
          return found
        },
      }
      await living.repair(busy)
      expect(await living.get(made.id)).toEqual(holdingOf(made))
      expect(await living.get(gone.id)).toBeUndefined()
    })

    test('a node that starts sets nothing that others count, and begins anew when Redis has forgotten', async () => {
      const { store, dying, living, isRight } = clocked()
      const record = newRecord({ owner: 'ada', size: 10 })
      await store.commit(record)
      await dying.fill(store)
      await isRight(record)
      await dying.set(record.id, holdingOf({ ...record, offset: 5 }))
      const wish = newWish()
      await dying.take(wish, unlimited)
      await living.fill(store)
      expect(await living.get(record.id)).toMatchObject({ stored: 5 })
      expect(await living.get(wish.id)).toMatchObject({ bytes: 10 })
      await here.flushall()
      await living.fill(store)
      await isRight(record)
    })

    test('thousands are compared', async () => {
      const { store, living, isRight } = clocked()
      const records = Array.from({ length: 2000 }, (_, index) => newRecord({ owner: `o${index % 7}`, size: index }))
      for (const record of records) await store.commit(record)
      await living.repair(store)
      for (const record of records.slice(0, 900)) await living.set(record.id, undefined)
      await Promise.all(records.slice(900).map(({ id }) => living.set(`${id}-`, holdingOf(newRecord({ size: 5 })))))
      await living.repair(store)
      await isRight(...records)
    })
  })
})

const redis = { call: async (): Promise<unknown> => 1 }

test.each([
  [{}, 'Option redis'],
  [{ redis, abandonedMs: 0 }, 'Option abandonedMs'],
  [{ redis, timeoutMs: NaN }, 'Option timeoutMs'],
  [{ redis, prefix: 5 }, 'Option prefix'],
  [{ redis, prefx: 'a' }, 'Unknown option prefx'],
])('%j is refused by name', (options: object, message) => {
  expect(() => redisCounts(options as RedisCountsOptions)).toThrow(message)
})
