import { afterAll, beforeAll } from 'vitest'
import { startRedis, type TestRedis } from '../../packages/server/src/fixtures/redis.ts'
import { redisRecords } from '../../packages/server/src/records/redis.ts'
import { durableStoreContract, serverStoreContract } from '../../packages/server/src/stores/contract.ts'
import { s3Store } from '../../packages/server/src/stores/s3.ts'
import { startS3, type S3Server } from './s3-server.ts'

// As nodes have it: bytes in S3, records in Redis, nothing in memory.

let s3: S3Server
let redis: TestRedis
let connection: ReturnType<TestRedis['connect']>
let buckets = 0

beforeAll(async () => {
  ;[s3, redis] = await Promise.all([startS3(), startRedis()])
  connection = redis.connect()
})
afterAll(async () => {
  connection.disconnect()
  await Promise.all([s3.close(), redis.stop()])
})

async function make() {
  buckets += 1
  const bucket = `bucket-${buckets}`
  await s3.createBucket(bucket)
  const records = redisRecords({ redis: connection, prefix: `{${bucket}}:` })
  const client = s3.client()
  const reopen = async () => s3Store({ client, bucket, records })
  return { store: await reopen(), reopen }
}

serverStoreContract(make)
durableStoreContract(make)
