import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { useRedis } from '../../packages/server/src/fixtures/redis.ts'
import { redisLocks } from '../../packages/server/src/locks/redis.ts'
import type { SessionRecord } from '../../packages/server/src/record.ts'
import type { SessionRecords } from '../../packages/server/src/records/records.ts'
import { redisRecords } from '../../packages/server/src/records/redis.ts'
import { durableStoreContract, serverStoreContract } from '../../packages/server/src/stores/contract.ts'
import { bytesIn, newRecord, source } from '../../packages/server/src/stores/fixtures/records.ts'
import { s3Store } from '../../packages/server/src/stores/s3.ts'
import { sharedStoreContract } from '../../packages/server/src/stores/shared-contract.ts'
import type { UploadStore } from '../../packages/server/src/store.ts'
import { startS3, type S3Server } from './s3-server.ts'

// As nodes have it: bytes in S3, records in Redis, nothing in memory.

const MiB = 1024 ** 2

const redis = useRedis()
let s3: S3Server
let buckets = 0

beforeAll(async () => {
  s3 = await startS3()
})
afterAll(() => s3.close())

async function make(around = (records: SessionRecords): SessionRecords => records) {
  buckets += 1
  const bucket = `bucket-${buckets}`
  await s3.createBucket(bucket)
  const records = around(redisRecords({ redis: redis.client, prefix: `{${bucket}}:` }))
  const client = s3.client()
  const reopen = async () => s3Store({ client, bucket, records, partSize: 5 * MiB })
  return { store: await reopen(), reopen, files: () => s3.filesIn(bucket), prefix: `{${bucket}}:` }
}

serverStoreContract(make)
durableStoreContract(make)
sharedStoreContract(make, MiB)

test('whoever held the lock before another one commits nothing, also if nobody has committed since', async () => {
  const { store, reopen, prefix } = await make()
  const [sleeper, awake] = [await reopen(), await reopen()]
  const [theirs, ours] = [redisLocks({ redis: redis.client, prefix }), redisLocks({ redis: redis.client, prefix })]
  const size = 17 * MiB
  const created = newRecord({ size, offset: MiB })
  const bytes = { first: randomBytes(MiB), old: randomBytes(16 * MiB), right: randomBytes(16 * MiB) }
  const writeAll = async (to: UploadStore, record: SessionRecord, from: Uint8Array) => {
    const writer = await to.writer(record)
    await writer.write(record.offset, source(from))
    return writer
  }
  const first = await writeAll(store, { ...created, offset: 0 }, bytes.first)
  await first.commit(created)
  await first.close()

  const old = await theirs.acquire(created.id, { purpose: 'append' })
  const late = await writeAll(sleeper, created, bytes.old)
  // It stands still, and its lock runs out.
  await redis.client.del(`${prefix}lock:${created.id}`)
  const lease = await ours.acquire(created.id, { purpose: 'append' })
  const next: SessionRecord = { ...created, offset: size, revision: 2 }
  await expect(late.commit({ ...next, fence: old.fence })).rejects.toMatchObject({ code: 'locked' })
  expect(await store.read(created.id)).toEqual(created)
  await late.close()

  const writer = await writeAll(awake, created, bytes.right)
  await writer.commit({ ...next, fence: lease.fence })
  await writer.close()
  const verified: SessionRecord = { ...next, fence: lease.fence, status: 'verifying', revision: 3 }
  await store.commit(verified)
  await store.publish(verified)
  expect(Buffer.concat([bytes.first, bytes.right]).equals(await bytesIn(store, verified))).toBe(true)
  lease.release()
  old.release()
  await Promise.all([theirs.close(), ours.close()])
})
