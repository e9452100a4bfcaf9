import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { storedAt, wires, type Wire } from '../../packages/server/src/dialects/fixtures/wires.ts'
import { createUploadHandler } from '../../packages/server/src/handler.ts'
import { memoryRecords } from '../../packages/server/src/records/memory.ts'
import { md5 } from '../../packages/server/src/stores/fixtures/records.ts'
import { s3Store } from '../../packages/server/src/stores/s3.ts'
import { breakEach, moments, type Through } from '../support/break-each.ts'
import { play } from './play.ts'
import { startS3, type S3Server } from './s3-server.ts'

const MiB = 1024 ** 2
/** So that something is kept aside, a part is made of it, and a rest is left at the end. */
const sizes = [MiB, 5 * MiB, 2 * MiB + 7]
const file = new Uint8Array(randomBytes(8 * MiB + 7))

let server: S3Server
beforeAll(async () => {
  server = await startS3()
})
afterAll(() => server.close())

const lost = (): Error => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
let buckets = 0

/** Uploads the file by requests that go through this, without further tries. */
async function survives(wire: Wire, through: Through, mend: () => void): Promise<void> {
  const bucket = `bucket-${(buckets += 1)}`
  await server.createBucket(bucket)
  const client = server.client({ maxAttempts: 1 })
  client.middlewareStack.add((next) => (request) => through(() => next(request)), { step: 'deserialize' })
  const store = s3Store({ client, bucket, records: memoryRecords(), partSize: 5 * MiB })
  const handler = createUploadHandler({ store, onError: () => {} })
  const url = await play(handler, wire, file, sizes)
  mend()
  expect(md5(await storedAt(handler, url, store))).toBe(md5(file))
  // What counts for nothing is swept once it is old.
  await store.removeOrphans('.part', -60_000)
  expect(await server.filesIn(bucket)).toHaveLength(1)
  await handler(wire.terminate(url))
  expect(await server.filesIn(bucket)).toEqual([])
  await handler.close()
  client.destroy()
}

test.each(wires.flatMap((wire) => moments.map((moment) => ({ wire, name: wire.name, moment }))))(
  'I01 I02 $name: whichever request to S3 fails $moment it is done, the file arrives whole, and alone',
  async ({ wire, moment }) => {
    const requests = await breakEach(moment, lost, (through, mend) => survives(wire, through, mend))
    expect(requests).toBeGreaterThan(12)
  },
)
