import type { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { noRedis, startRedis, type TestRedis } from '../fixtures/redis.ts'
import { newRecord } from '../stores/fixtures/records.ts'
import { recordsContract } from './contract.ts'
import { redisRecords } from './redis.ts'

describe.skipIf(noRedis)('records of sessions in Redis', () => {
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

  recordsContract(async () => redisRecords({ redis }))

  test('what is committed under a hold counts while the hold lasts, and not when another one has it', async () => {
    const records = redisRecords({ redis })
    const record = newRecord()
    const lock = `{chunkwise}:uploads:lock:${record.id}`
    await records.commit(record)
    const next = (revision: number, fence: string) => ({ ...record, revision, fence })
    await redis.hset(lock, 'token', '7-a')
    await records.commit(next(2, '7-a'))
    await redis.hset(lock, 'token', '8-b')
    await expect(records.commit(next(3, '7-a'))).rejects.toMatchObject({ code: 'locked' })
    await redis.del(lock)
    await expect(records.commit(next(3, '8-b'))).rejects.toMatchObject({ code: 'locked' })
    expect((await records.read(record.id))?.record).toEqual(next(2, '7-a'))
  })

  test('a change that is sent twice is one change, as when its answer was lost', async () => {
    const records = redisRecords({ redis })
    const record = newRecord({ owner: 'ada', key: 'k' })
    await records.commit(record)
    await records.commit(record)
    await expect(records.commit({ ...record, offset: 1 })).rejects.toMatchObject({ code: 'locked' })
  })

  test('of what is gone nothing stays, and of what never came to be nothing for long', async () => {
    const records = redisRecords({ redis })
    const record = newRecord({ owner: 'ada', key: 'k', complete: 'day/a' })
    await records.number(record.id)
    expect(await redis.pttl(`{chunkwise}:uploads:session:${record.id}`)).toBeGreaterThan(0)
    await records.commit(record, '{}')
    expect(await redis.pttl(`{chunkwise}:uploads:session:${record.id}`)).toBe(-1)
    await records.claim(record.id, 'day/a')
    await records.remove(record)
    expect(await redis.keys('*')).toEqual([])
  })

  test('Redis that does not answer is a server that cannot be reached, soon', async () => {
    const away = { call: () => Promise.reject(new Error('connect ECONNREFUSED')) }
    const records = redisRecords({ redis: away })
    await expect(records.read(newRecord().id)).rejects.toMatchObject({ code: 'unavailable' })
    await expect(records.commit(newRecord())).rejects.toMatchObject({ code: 'unavailable' })
  })
})
