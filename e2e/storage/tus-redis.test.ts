import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileStore } from '@tus/file-store'
import { afterAll, beforeAll } from 'vitest'
import { useRedis } from '../../packages/server/src/fixtures/redis.ts'
import { redisRecords } from '../../packages/server/src/records/redis.ts'
import { durableStoreContract, serverStoreContract } from '../../packages/server/src/stores/contract.ts'
import { tusDataStore } from '../../packages/server/src/stores/tus-data.ts'

// As nodes have it: bytes in a data store, records in Redis, nothing in memory.

const redis = useRedis()
let folder: string
let stores = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chunkwise-tus-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function make() {
  stores += 1
  const directory = join(folder, String(stores))
  const records = redisRecords({ redis: redis.client, prefix: `{${stores}}:` })
  const reopen = async () => tusDataStore(new FileStore({ directory }), { records })
  return { store: await reopen(), reopen }
}

serverStoreContract(make)
durableStoreContract(make)
