import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { noRedis, startRedis, useRedis, type SharedRedis, type TestRedis } from '../fixtures/redis.ts'
import { handedOver, type Lease, type Locks } from '../lock.ts'
import { locksContract, obey } from './contract.ts'
import { lockCommands, lockKey } from './redis-commands.ts'
import { redisLocks, type RedisLocksOptions } from './redis.ts'

interface Node extends Locks {
  close(): Promise<void>
  readonly client: Redis
  /** Its connection that listens. */
  readonly ears: Redis
}

const prefix = '{chunkwise}:uploads:'
const channel = `${prefix}locks`
const keyOf = (id: string): string => lockKey(prefix, id)

describe.skipIf(noRedis)('locks in Redis', () => {
  const server = useRedis()
  let redis: Redis
  /** Every connection of the test's nodes. */
  const connections = new Set<Redis>()

  beforeAll(() => {
    redis = server.client
  })

  /** One node, as a process of its own would have it. */
  async function node(
    options: Partial<RedisLocksOptions> = {},
    from: Pick<SharedRedis, 'connect'> = server,
  ): Promise<Node> {
    const client = from.connect()
    const ears = client.duplicate()
    for (const connection of [client, ears]) connections.add(connection)
    const call = async (command: string, ...rest: (string | number)[]): Promise<unknown> =>
      client.call(command, ...rest)
    const locks = redisLocks({ redis: { call, duplicate: () => ears }, ...options })
    onTestFinished(async () => {
      client.disconnect()
      await locks.close()
      connections.clear()
    })
    // Until it hears; what is said before that is said again, but later.
    await ears.subscribe(channel)
    return { ...locks, client, ears }
  }

  /** Whatever goes to Redis and back, and on to other nodes, and back again, a few times. */
  async function settle(): Promise<void> {
    for (let round = 0; round < 8; round += 1) {
      await Promise.all([...connections].map(async (one) => one.ping().catch(() => {})))
      await vi.advanceTimersByTimeAsync(0)
    }
  }

  async function elapse(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 250) {
      await vi.advanceTimersByTimeAsync(Math.min(left, 250))
      await settle()
    }
    await settle()
  }

  const tokenIn = async (id: string): Promise<string | null> => redis.hget(keyOf(id), 'token')

  describe('on one node', () => {
    locksContract({ make: node, settle, elapse, spread: async () => {}, hangMs: 12_000 })
  })

  describe('on two nodes in turn', () => {
    const make = async (): Promise<Locks> => {
      const [one, other] = await Promise.all([node(), node()])
      let turn = 0
      const next = (): Locks => ((turn += 1) % 2 === 1 ? one : other)
      return {
        acquire: async (id, request) => next().acquire(id, request),
        settle: async (id, signal) => next().settle(id, signal),
      }
    }
    locksContract({ make, settle, elapse, spread: settle, nodes: 2, hangMs: 20_000 })
  })

  describe('between nodes', () => {
    beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] }))
    afterEach(() => void vi.useRealTimers())

    /** What became of a wait, as far as that is known. */
    function watch(waiting: Promise<Lease>): { lease?: Lease; error?: unknown } {
      const seen: { lease?: Lease; error?: unknown } = {}
      waiting.then(
        (lease) => (seen.lease = lease),
        (error: unknown) => (seen.error = error),
      )
      return seen
    }

    test('every hold has a fence of its own, which counts up and ends with it', async () => {
      const nodes = await Promise.all([node(), node()])
      const fences: string[] = []
      for (let round = 0; round < 6; round += 1) {
        const lease = await nodes[round % 2]?.acquire('a', { purpose: 'finish', waitMs: 0 })
        expect(await tokenIn('a')).toBe(lease?.fence)
        fences.push(lease?.fence ?? '')
        lease?.release()
        await settle()
        expect(await redis.exists(keyOf('a'))).toBe(0)
      }
      expect(fences.map((fence) => Number(fence.split('-', 1)[0]))).toEqual([1, 2, 3, 4, 5, 6])
      expect(new Set(fences.map((fence) => fence.replace(/^\d+-/, ''))).size).toBe(6)
    })

    test('a try that is sent again after its answer was lost is the same hold', async () => {
      const commands = lockCommands(redis, prefix, channel, 15_000)
      const wanted = { hold: 'h', purpose: 'append', asked: 0, asks: true } as const
      const first = await commands.take('a', wanted)
      expect(first.token).toBe('1-h')
      expect(await commands.take('a', wanted)).toEqual(first)
    })

    test('an id may be any text', async () => {
      const id = 'key ada\nlet-go 9 {a} \u{1F600}'
      const [one, other] = await Promise.all([node(), node()])
      const older = await one.acquire(id, { purpose: 'append' })
      const newer = watch(other.acquire(id, { purpose: 'append' }))
      await settle()
      expect(older.signal.reason).toMatchObject({ code: 'locked', details: { retryAfter: 1 } })
      older.release()
      await settle()
      expect(newer.lease?.fence).toBe(await tokenIn(id))
    })

    test('a finish is interrupted by nobody, wherever they ask', async () => {
      const [one, other] = await Promise.all([node(), node()])
      const finish = await one.acquire('a', { purpose: 'finish' })
      const [writer, next] = [
        watch(other.acquire('a', { purpose: 'append' })),
        watch((await node()).acquire('a', { purpose: 'finish' })),
      ]
      await elapse(3000)
      expect([finish.signal.aborted, writer.lease, next.lease]).toEqual([false, undefined, undefined])
      finish.release()
      await settle()
      expect([writer.lease, next.lease].filter(Boolean)).toHaveLength(1)
    })

    test('the newest gets it, though an older one waits on the node that had it', async () => {
      const [one, other] = await Promise.all([node(), node()])
      const holder = await one.acquire('a', { purpose: 'append' })
      const older = watch(one.acquire('a', { purpose: 'append' }).then(obey))
      await settle()
      const newest = watch(other.acquire('a', { purpose: 'append' }))
      await settle()
      holder.release()
      await settle()
      expect(older.error ?? older.lease?.signal.reason).toMatchObject({ code: 'locked' })
      expect(newest.lease?.signal.aborted).toBe(false)
    })

    test('a newer request ends the wait of an older one on another node', async () => {
      await (await node()).acquire('a', { purpose: 'finish' })
      const older = watch((await node()).acquire('a', { purpose: 'append' }))
      await settle()
      const newer = watch((await node()).acquire('a', { purpose: 'append' }))
      await settle()
      expect([older.error, newer.error]).toEqual([expect.objectContaining({ code: 'locked' }), undefined])
    })

    test('who asks once more is heard where the first message was lost', async () => {
      const [one, other] = await Promise.all([node(), node()])
      const older = await one.acquire('a', { purpose: 'append' })
      await settle()
      await one.ears.unsubscribe(channel)
      const newer = watch(other.acquire('a', { purpose: 'append' }))
      await settle()
      expect(older.signal.aborted).toBe(false)
      await one.ears.subscribe(channel)
      await elapse(500)
      expect(older.signal.aborted).toBe(true)
      older.release()
      await settle()
      expect(newer.lease).toBeDefined()
    })

    /** A node that hears of nothing, and finds out only by looking. */
    async function deaf(): Promise<Node> {
      const made = await node()
      await made.ears.unsubscribe(channel)
      return made
    }

    test('who hears of nothing finds it free by looking', async () => {
      const holder = await (await node()).acquire('a', { purpose: 'finish' })
      const waiting = watch((await deaf()).acquire('a', { purpose: 'append' }))
      await settle()
      holder.release()
      await settle()
      expect(waiting.lease).toBeUndefined()
      await elapse(500)
      expect(waiting.lease).toBeDefined()
    })

    test('an older writer does not wait for a newer one that has passed it by', async () => {
      const holder = await (await node()).acquire('a', { purpose: 'finish' })
      const older = watch((await deaf()).acquire('a', { purpose: 'append' }))
      await settle()
      holder.release()
      await settle()
      const newer = await (await node()).acquire('a', { purpose: 'append' })
      await elapse(500)
      expect(older.error).toMatchObject({ code: 'locked' })
      expect(newer.signal.aborted).toBe(false)
    })

    test('a finish that waits is not passed by', async () => {
      const holder = await (await node()).acquire('a', { purpose: 'finish' })
      const finish = watch((await deaf()).acquire('a', { purpose: 'finish' }))
      await settle()
      holder.release()
      await settle()
      const writer = obey(await (await node()).acquire('a', { purpose: 'append' }))
      await elapse(1000)
      expect(writer.signal.reason).toMatchObject({ code: 'locked' })
      expect(finish.lease).toBeDefined()
    })

    test('asking for the offset takes 10 s at most from who is at work, also where writers take turns', async () => {
      const [one, other] = await Promise.all([node(), node()])
      const asking = await deaf()
      const first = await one.acquire('a', { purpose: 'append' })
      const asked = asking.settle('a')
      for (let second = 0; second < 6; second += 1) {
        await elapse(1000)
        first.active()
      }
      first.release()
      await settle()
      const second = obey(await other.acquire('a', { purpose: 'append' }))
      for (let half = 0; half < 8; half += 1) {
        expect(second.signal.aborted).toBe(false)
        await elapse(500)
        second.active()
      }
      await elapse(500)
      expect(second.signal.reason).toBe(handedOver)
      await elapse(500)
      await asked
    })

    test('asking for the offset does not end a wait on another node', async () => {
      const [one, other, asking] = await Promise.all([node(), node(), node()])
      const writer = await one.acquire('a', { purpose: 'append' })
      const waiting = watch(other.acquire('a', { purpose: 'append', waitMs: 15_000 }).then(obey))
      const asked = asking.settle('a')
      await elapse(11_000)
      expect(waiting.error).toBeUndefined()
      writer.release()
      await settle()
      expect(waiting.lease).toBeDefined()
      await elapse(500)
      await asked
    })

    test('asking for the offset lets somebody wait who has come after the writer, for 10 s', async () => {
      const [one, other] = await Promise.all([node(), node()])
      const writer = obey(await one.acquire('a', { purpose: 'append' }))
      const asked = other.settle('a')
      await settle()
      await redis.del(keyOf('a'))
      await other.acquire('a', { purpose: 'finish' })
      // The first on its node now, as the writer was for whom the question came.
      const waiting = watch(one.acquire('a', { purpose: 'append', waitMs: 15_000 }))
      await settle()
      expect(writer.signal.aborted).toBe(true)
      await elapse(9000)
      expect(waiting.error).toBeUndefined()
      await elapse(1000)
      expect(waiting.error).toMatchObject({ code: 'locked' })
      await asked
    })

    test('a hold is renewed while it lasts, and not after', async () => {
      const lease = await (await node()).acquire('a', { purpose: 'append' })
      await redis.pexpire(keyOf('a'), 10_000)
      await elapse(5000)
      expect(await redis.pttl(keyOf('a'))).toBeGreaterThan(10_000)
      await elapse(20_000)
      expect(lease.signal.aborted).toBe(false)
      lease.release()
      await settle()
      await elapse(20_000)
      expect([lease.signal.aborted, await redis.exists(keyOf('a'))]).toEqual([false, 0])
    })

    test.each(['append', 'finish'] as const)('a hold that Redis has forgotten is lost to %s', async (purpose) => {
      const lost = await (await node()).acquire('a', { purpose })
      await redis.del(keyOf('a'))
      const other = await (await node()).acquire('a', { purpose: 'append' })
      await elapse(5000)
      expect(lost.signal.reason).toMatchObject({ code: 'locked', details: { retryAfter: 1 } })
      lost.release()
      await settle()
      expect([await tokenIn('a'), other.signal.aborted]).toEqual([other.fence, false])
    })

    test('a hold that cannot be renewed is lost when its time has passed', async () => {
      const one = await node()
      const lease = await one.acquire('a', { purpose: 'append' })
      one.client.disconnect()
      await elapse(14_900)
      expect(lease.signal.aborted).toBe(false)
      await elapse(100)
      expect(lease.signal.reason).toMatchObject({ code: 'locked' })
    })

    test('who has left while it was being taken leaves it free', async () => {
      const one = await node()
      await settle()
      const controller = new AbortController()
      const left = one.acquire('a', { purpose: 'append', signal: controller.signal })
      // Sent, not answered.
      await Promise.resolve().then(() => {})
      controller.abort(new Error('left'))
      await expect(left).rejects.toThrow('left')
      await settle()
      expect(await redis.exists(keyOf('a'))).toBe(0)
      // It was taken at all: the counter says so.
      expect(await redis.get(`${prefix}lock-counter`)).toBe('1')
    })
  })

  describe('in real time', () => {
    /** A Redis that a test may end. */
    async function ownServer(): Promise<{ stop(): Promise<void>; start(): Promise<void>; now: TestRedis }> {
      let running = true
      const own = {
        now: await startRedis(),
        async stop() {
          running = false
          await own.now.stop()
        },
        async start() {
          own.now = await startRedis(own.now.port)
          running = true
        },
      }
      onTestFinished(async () => {
        if (running) await own.now.stop()
      })
      return own
    }

    test('of 200 requests on two nodes never two hold it, and all end', async () => {
      const nodes = await Promise.all([node(), node()])
      let holding = 0
      let most = 0
      const numbers: number[] = []
      const requests = Array.from({ length: 200 }, async (_, index) => {
        await sleep((index % 20) * 5)
        const purpose = index % 4 < 2 ? 'append' : 'finish'
        const lease = await nodes[index % 2 === 0 ? 0 : 1].acquire('a', { purpose, waitMs: 60_000 })
        holding += 1
        most = Math.max(most, holding)
        numbers.push(Number(lease.fence?.split('-', 1)[0]))
        await sleep(2)
        holding -= 1
        lease.release()
        return purpose
      })
      const results = await Promise.allSettled(requests)
      const finished = results.filter((result) => result.status === 'fulfilled' && result.value === 'finish')
      expect([most, finished.length]).toEqual([1, 100])
      for (const result of results)
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'locked' })
      expect(numbers).toEqual(numbers.toSorted((one, other) => one - other))
      expect(new Set(numbers).size).toBe(numbers.length)
    }, 60_000)

    test('what a node held that is gone is free when its time has passed', async () => {
      const [one, other] = await Promise.all([node({ ttlMs: 300 }), node({ ttlMs: 300, pollMs: 50 })])
      const lost = await one.acquire('a', { purpose: 'finish' })
      for (const connection of [one.client, one.ears]) connection.disconnect()
      const begun = performance.now()
      const lease = await other.acquire('a', { purpose: 'append' })
      expect(performance.now() - begun).toBeGreaterThan(100)
      expect(lease.fence).not.toBe(lost.fence)
      await expect.poll(() => lost.signal.aborted).toBe(true)
      lost.release()
      expect(await tokenIn('a')).toBe(lease.fence)
    })

    const script = `
      import { Redis } from 'ioredis'
      import { redisLocks } from './src/locks/redis.ts'
      const locks = redisLocks({ redis: new Redis(Number(process.argv[1])), ttlMs: 1000 })
      const lease = await locks.acquire('a', { purpose: 'finish' })
      lease.signal.addEventListener('abort', () => console.log(lease.signal.reason.code))
      console.log(lease.fence)
    `

    test('a process that stood still for longer than its hold lasts knows it when it goes on', async () => {
      const child = spawn(
        process.execPath,
        [
          ...['--conditions=@chunkwise/source', '--import', 'tsx', '--input-type=module', '--eval'],
          ...[script, String(server.port)],
        ],
        { cwd: new URL('../..', import.meta.url).pathname, stdio: ['ignore', 'pipe', 'inherit'] },
      )
      onTestFinished(() => void child.kill('SIGKILL'))
      const lines = createInterface(child.stdout)
      const [fence]: string[] = await once(lines, 'line')
      expect(await tokenIn('a')).toBe(fence)
      const said: string[] = []
      lines.on('line', (line) => said.push(line))
      child.kill('SIGSTOP')
      const lease = await (await node({ pollMs: 50 })).acquire('a', { purpose: 'append' })
      expect([lease.fence === fence, said]).toEqual([false, []])
      child.kill('SIGCONT')
      await expect.poll(() => said).toEqual(['locked'])
      expect([await tokenIn('a'), lease.signal.aborted]).toEqual([lease.fence, false])
    }, 60_000)

    test('while Redis is away all who ask are told so, and nothing of it is left when it is back', async () => {
      const own = await ownServer()
      const [one, other] = await Promise.all([node({ answerMs: 300 }, own.now), node({}, own.now)])
      obey(await one.acquire('b', { purpose: 'append' }))
      await own.stop()
      const problem = { code: 'unavailable', details: { retryAfter: 2 } }
      await expect(one.acquire('a', { purpose: 'finish', waitMs: 0 })).rejects.toMatchObject(problem)
      await expect(one.acquire('b', { purpose: 'append' })).rejects.toMatchObject(problem)
      await expect(one.settle('a')).rejects.toMatchObject(problem)
      await own.start()
      // The client sends now what it was asked before, a finish that nobody may interrupt.
      await one.client.ping()
      const lease = await other.acquire('a', { purpose: 'append' })
      expect(lease.signal.aborted).toBe(false)
    })

    test('a client that gives up at once is as good as none', async () => {
      const one = await node()
      one.client.disconnect()
      await expect(one.acquire('a', { purpose: 'append' })).rejects.toMatchObject({
        code: 'unavailable',
        details: { cause: expect.any(Error) },
      })
    })

    test('nodes go on when Redis was started again, and what they held before is lost', async () => {
      const own = await ownServer()
      const [one, other] = await Promise.all([node({ ttlMs: 900 }, own.now), node({}, own.now)])
      const before = await one.acquire('a', { purpose: 'finish' })
      await own.stop()
      await own.start()
      const after = await other.acquire('a', { purpose: 'append' })
      await expect.poll(() => before.signal.aborted).toBe(true)
      before.release()
      // Both hear each other again.
      const newer = one.acquire('a', { purpose: 'append' })
      await expect.poll(() => after.signal.aborted).toBe(true)
      after.release()
      expect((await newer).signal.aborted).toBe(false)
    })

    test('closing waits until what was held is free', async () => {
      const client = server.connect()
      onTestFinished(() => client.disconnect())
      const call = async (command: string, ...rest: (string | number)[]): Promise<unknown> => {
        await sleep(50)
        return client.call(command, ...rest)
      }
      const locks = redisLocks({ redis: { call, duplicate: () => client.duplicate() } })
      const lease = await locks.acquire('a', { purpose: 'append' })
      lease.release()
      await locks.close()
      expect(await redis.exists(keyOf('a'))).toBe(0)
    })

    /** Who listens at a Redis of the test's own. */
    const listeners = async (own: Redis): Promise<number> => Number((await own.pubsub('NUMSUB', channel))[1])

    test('a client of ioredis will do, and is left to its owner', async () => {
      const client = server.connect()
      onTestFinished(() => client.disconnect())
      await expect.poll(() => listeners(client)).toBe(0)
      const locks = redisLocks({ redis: client })
      const lease = await locks.acquire('a', { purpose: 'append' })
      await expect.poll(() => listeners(client)).toBe(1)
      lease.release()
      await locks.close()
      await expect.poll(() => listeners(client)).toBe(0)
      expect(await client.keys('*')).toEqual([`${prefix}lock-counter`])
    })

    test('a client that keeps no queue hears as soon as it has a connection', async () => {
      const client = redis.duplicate({ enableOfflineQueue: false })
      await once(client, 'ready')
      const locks = redisLocks({ redis: client })
      onTestFinished(async () => {
        await locks.close()
        client.disconnect()
      })
      const older = await locks.acquire('a', { purpose: 'append' })
      const other = await node()
      other.acquire('a', { purpose: 'append' }).catch(() => {})
      await expect.poll(() => older.signal.aborted).toBe(true)
    })
  })
})
