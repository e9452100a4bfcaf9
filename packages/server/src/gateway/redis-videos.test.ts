import { describe, expect, test } from 'vitest'
import { noRedis, useRedis } from '../fixtures/redis.ts'
import { redisVideos } from './redis-videos.ts'
import { newVideo, videoStoreContract } from './store-contract.ts'

describe.skipIf(noRedis)('records in Redis', () => {
  const redis = useRedis()

  videoStoreContract(async () => redisVideos({ redis: redis.client }))

  test('a record lives as long as its video may still get on, and one that is ready for ever', async () => {
    const day = 86_400_000
    const now = (): number => 1000 * day
    const store = redisVideos({ redis: redis.client, now, keepMs: 2 * day })
    const record = newVideo({ expiresAt: now() + day })
    const left = async (): Promise<number> =>
      Math.round((await redis.client.pttl(`{chunkwise}:videos:video:${record.id}`)) / day)
    await store.write(record)
    expect(await left()).toBe(8)
    await store.write({ ...record, revision: 2, state: 'uploading', expiresAt: now() + 3 * day })
    expect(await left()).toBe(10)
    await store.write({ ...record, revision: 3, state: 'ready' })
    expect(await redis.client.pttl(`{chunkwise}:videos:video:${record.id}`)).toBe(-1)
    await store.write({ ...record, revision: 4, state: 'deleted' })
    expect(await left()).toBe(2)
  })

  test('what has ended by itself is on no list', async () => {
    const store = redisVideos({ redis: redis.client })
    const [gone, kept] = [newVideo(), newVideo()]
    await store.write(gone)
    await store.write(kept)
    await redis.client.del(`{chunkwise}:videos:video:${gone.id}`)
    expect(await store.list({ owner: 'ada' })).toEqual([kept])
    expect(await redis.client.zcard('{chunkwise}:videos:owner:"ada"')).toBe(1)
  })
})
