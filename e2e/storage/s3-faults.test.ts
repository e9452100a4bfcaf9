import { randomBytes } from 'node:crypto'
import type { S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { storedAt, wires, type Wire } from '../../packages/server/src/dialects/fixtures/wires.ts'
import { createUploadHandler } from '../../packages/server/src/handler.ts'
import { memoryRecords } from '../../packages/server/src/records/memory.ts'
import { md5 } from '../../packages/server/src/stores/fixtures/records.ts'
import { s3Store } from '../../packages/server/src/stores/s3.ts'
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

/** What becomes of a request: S3 never gets it, or does what it says, and the answer is lost. */
const fates = ['refused', 'lost'] as const

/** A client without further tries, of whose requests this one fails, until it is mended; tells then whether it did. */
function failing(nth: number, fate: (typeof fates)[number]): { readonly client: S3Client; mend(): boolean } {
  let sent = 0
  let mended = false
  const client = server.client({ maxAttempts: 1 })
  client.middlewareStack.add(
    (next) => async (request) => {
      if (mended || ++sent !== nth) return next(request)
      if (fate === 'lost') await next(request)
      throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
    },
    { step: 'deserialize', name: 'failing' },
  )
  return {
    client,
    mend() {
      mended = true
      return sent >= nth
    },
  }
}

/** Uploads the file over an S3 of which one request fails; says whether there were so many. */
async function survives(wire: Wire, nth: number, fate: (typeof fates)[number]): Promise<boolean> {
  const bucket = `${wire.name}-${fate}-${nth}`
  await server.createBucket(bucket)
  const { client, mend } = failing(nth, fate)
  const store = s3Store({ client, bucket, records: memoryRecords(), partSize: 5 * MiB })
  const handler = createUploadHandler({ store, onError: () => {} })
  const url = await play(handler, wire, file, sizes)
  const failed = mend()
  expect(md5(await storedAt(handler, url, store))).toBe(md5(file))
  // What counts for nothing is swept once it is old.
  await store.removeOrphans('.part', -60_000)
  expect(await server.filesIn(bucket)).toHaveLength(1)
  await handler(wire.terminate(url))
  expect(await server.filesIn(bucket)).toEqual([])
  await handler.close()
  client.destroy()
  return failed
}

test.each(wires.flatMap((wire) => fates.map((fate) => ({ wire, name: wire.name, fate }))))(
  'I01 I02 $name: whichever request to S3 is $fate, the file arrives whole, and alone',
  async ({ wire, fate }) => {
    let nth = 1
    while (
      await survives(wire, nth, fate).catch((cause: unknown) => {
        throw new Error(`Request ${nth}: ${String(cause)}`, { cause })
      })
    )
      nth += 1
    expect(nth).toBeGreaterThan(12)
  },
)
