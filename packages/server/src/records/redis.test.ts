import { describe, expect, test } from 'vitest'
import { noRedis, useRedis } from '../fixtures/redis.ts'
import { newRecord } from '../stores/fixtures/records.ts'
import { recordsContract } from './contract.ts'
import { redisRecords } from './redis.ts'

describe.skipIf(noRedis)('records of sessions in Redis', () => {
  const redis = useRedis()

  recordsContract(async () => redisRecords({ redis: redis.client }))

  test('what is committed under a hold counts while the hold lasts, and not when another one has it', async () => {
    const records = redisRecords({ redis: redis.client })
    const record = newRecord()
    const lock = `{chunkwise}:uploads:lock:${record.id}`
    await records.commit(record)
    const next = (revision: number, fence: string) => ({ ...record, revision, fence })
    await redis.client.hset(lock, 'token', '7-a')
    await records.commit(next(2, '7-a'))
    await redis.client.hset(lock, 'token', '8-b')
    await expect(records.commit(next(3, '7-a'))).rejects.toMatchObject({ code: 'locked' })
    await redis.client.del(lock)
    await expect(records.commit(next(3, '8-b'))).rejects.toMatchObject({ code: 'locked' })
    expect((await records.read(record.id))?.record).toEqual(next(2, '7-a'))
  })

  test('a change that is sent twice is one change, as when its answer was lost, and one with other notes is refused', async () => {
    const records = redisRecords({ redis: redis.client })
    const record = newRecord({ owner: 'ada', key: 'k' })
    await records.commit(record, '{"parts":1}')
    await records.commit(record, '{"parts":1}')
    await expect(records.commit({ ...record, offset: 1 })).rejects.toMatchObject({ code: 'locked' })
    await expect(records.commit(record, '{"parts":2}')).rejects.toMatchObject({ code: 'locked' })
    expect(await records.read(record.id)).toEqual({ record, own: '{"parts":1}' })
  })

  test('of what is gone nothing stays, and of what never came to be nothing for long', async () => {
    const records = redisRecords({ redis: redis.client })
    const record = newRecord({ owner: 'ada', key: 'k', complete: 'day/a' })
    await records.number(record.id)
    expect(await redis.client.pttl(`{chunkwise}:uploads:session:${record.id}`)).toBeGreaterThan(0)
    await records.commit(record, '{}')
    expect(await redis.client.pttl(`{chunkwise}:uploads:session:${record.id}`)).toBe(-1)
    await records.claim(record.id, 'day/a')
    await records.remove(record)
    expect(await redis.client.keys('*')).toEqual([])
  })

  test('Redis that does not answer is a server that cannot be reached, soon', async () => {
    const away = { call: () => Promise.reject(new Error('connect ECONNREFUSED')) }
    const records = redisRecords({ redis: away })
    await expect(records.read(newRecord().id)).rejects.toMatchObject({ code: 'unavailable' })
    await expect(records.commit(newRecord())).rejects.toMatchObject({ code: 'unavailable' })
  })
})
