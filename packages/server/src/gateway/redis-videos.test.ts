import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { redisVideos } from './redis-videos.ts'
import { newVideo, videoStoreContract } from './store-contract.ts'

// Whoever has no Redis has no use for this either; CI has one.
const isHere = spawnSync('redis-server', ['--version']).status === 0

describe.skipIf(!isHere && !process.env['CI'])('records in Redis', () => {
  let redis: Redis
  let stop: () => Promise<void>

  beforeAll(async () => {
    const place = createServer().listen(0, '127.0.0.1')
    await once(place, 'listening')
    // A server that listens on a port has an address of this form.
    const { port } = place.address() as AddressInfo
    place.close()
    await once(place, 'close')
    const server = spawn(
      'redis-server',
      ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
      {
        stdio: 'ignore',
      },
    )
    await once(server, 'spawn')
    redis = new Redis({ port, host: '127.0.0.1', retryStrategy: () => 20, maxRetriesPerRequest: null })
    // Until it listens.
    redis.on('error', () => {})
    await redis.ping()
    stop = async () => {
      redis.disconnect()
      const ended = once(server, 'exit')
      server.kill()
      await ended
    }
  })
  afterAll(() => stop())
  beforeEach(() => redis.flushall())

  videoStoreContract(async () => redisVideos({ redis }))

  test('a record lives as long as its video may still get on, and one that is ready for ever', async () => {
    const day = 86_400_000
    const now = (): number => 1000 * day
    const store = redisVideos({ redis, now, keepMs: 2 * day })
    const record = newVideo({ expiresAt: now() + day })
    const left = async (): Promise<number> =>
      Math.round((await redis.pttl(`{chunkwise}:videos:video:${record.id}`)) / day)
    await store.write(record)
    expect(await left()).toBe(8)
    await store.write({ ...record, revision: 2, state: 'uploading', expiresAt: now() + 3 * day })
    expect(await left()).toBe(10)
    await store.write({ ...record, revision: 3, state: 'ready' })
    expect(await redis.pttl(`{chunkwise}:videos:video:${record.id}`)).toBe(-1)
    await store.write({ ...record, revision: 4, state: 'deleted' })
    expect(await left()).toBe(2)
  })

  test('what has ended by itself is on no list', async () => {
    const store = redisVideos({ redis })
    const [gone, kept] = [newVideo(), newVideo()]
    await store.write(gone)
    await store.write(kept)
    await redis.del(`{chunkwise}:videos:video:${gone.id}`)
    expect(await store.list({ owner: 'ada' })).toEqual([kept])
    expect(await redis.zcard('{chunkwise}:videos:owner:"ada"')).toBe(1)
  })
})
