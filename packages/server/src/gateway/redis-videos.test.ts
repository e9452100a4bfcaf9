import type { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { noRedis, startRedis, type TestRedis } from '../fixtures/redis.ts'
import { redisVideos } from './redis-videos.ts'
import { newVideo, videoStoreContract } from './store-contract.ts'

describe.skipIf(noRedis)('records in Redis', () => {
  let server: TestRedis
  let redis: Redis

  beforeAll(async () => {
    server = await startRedis()
    redis = server.connect()
  })
  afterAll(async () => {
    redis.disconnect()
    await server.stop()
  })
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
