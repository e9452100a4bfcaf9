import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileStore } from '@tus/file-store'
import { expect, test } from 'vitest'
import { redisCounts } from '../../packages/server/src/counts/redis.ts'
import { storedAt, wires, type Wire } from '../../packages/server/src/dialects/fixtures/wires.ts'
import { useRedis } from '../../packages/server/src/fixtures/redis.ts'
import { createUploadHandler } from '../../packages/server/src/handler.ts'
import { redisLocks } from '../../packages/server/src/locks/redis.ts'
import { redisRecords } from '../../packages/server/src/records/redis.ts'
import type { DuplicableRedisClient } from '../../packages/server/src/redis-client.ts'
import { md5 } from '../../packages/server/src/stores/fixtures/records.ts'
import { tusDataStore } from '../../packages/server/src/stores/tus-data.ts'
import { breakEach, moments, type Through } from '../support/break-each.ts'
import { play } from './play.ts'

const redis = useRedis()
const sizes = [5000, 20_000, 7]
const file = new Uint8Array(randomBytes(25_007))

const closed = (): Error => new Error('Connection is closed.')

/** Uploads the file by commands that go through this. */
async function survives(wire: Wire, through: Through, mend: () => void): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'chunkwise-tus-'))
  const client: DuplicableRedisClient = {
    call: (command, ...rest) => through(() => redis.client.call(command, ...rest)),
    duplicate: () => redis.client.duplicate(),
  }
  const store = tusDataStore(new FileStore({ directory }), { records: redisRecords({ redis: client }) })
  // Who has lost the answer to its lock is waited for no longer than that.
  const locks = redisLocks({ redis: client, ttlMs: 1_000 })
  let passed = 0
  const counts = redisCounts({ redis: client, now: () => Date.now() + passed })
  const limits = { openUploads: 1, ownerBytes: file.length }
  const handler = createUploadHandler({ store, locks, counts, limits, onError: () => {} })
  const url = await play(handler, wire, file, sizes)
  mend()
  expect(md5(await storedAt(handler, url, store))).toBe(md5(file))
  // What could not be counted in time, the next sweep counts.
  passed += 600_000
  await handler.sweep()
  const usage = await handler.usage()
  expect(usage).toMatchObject({ stored: file.length, reserved: 0, sessions: { complete: 1, uploading: 0 } })
  await handler(wire.terminate(url))
  await handler.close()
  await locks.close()
  await rm(directory, { recursive: true })
  await redis.client.flushall()
}

test.each(wires.flatMap((wire) => moments.map((moment) => ({ wire, name: wire.name, moment }))))(
  'I01 I02 I18 $name: whichever command to Redis fails $moment it is done, the file arrives whole, once, and is counted once',
  async ({ wire, moment }) => {
    const commands = await breakEach(moment, closed, (through, mend) => survives(wire, through, mend))
    expect(commands).toBeGreaterThan(50)
  },
)
