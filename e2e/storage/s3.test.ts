import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { memoryRecords } from '../../packages/server/src/records/memory.ts'
import type { SessionRecord } from '../../packages/server/src/record.ts'
import type { SessionRecords } from '../../packages/server/src/records/records.ts'
import { durableStoreContract, serverStoreContract } from '../../packages/server/src/stores/contract.ts'
import { bytesIn, md5, newRecord, source } from '../../packages/server/src/stores/fixtures/records.ts'
import { append, create, finish, pieces } from '../../packages/server/src/stores/fixtures/sessions.ts'
import { createBucket } from '../../packages/server/src/stores/s3-bucket.ts'
import { headersOf } from '../../packages/server/src/stores/s3-objects.ts'
import { sharedStoreContract } from '../../packages/server/src/stores/shared-contract.ts'
import { s3Store } from '../../packages/server/src/stores/s3.ts'
import type { UploadStore } from '../../packages/server/src/store.ts'
import { startS3, type S3Server } from './s3-server.ts'

const MiB = 1024 ** 2
const partSize = 5 * MiB

let server: S3Server
let buckets = 0
beforeAll(async () => {
  server = await startS3()
})
afterAll(() => server.close())

async function make(records: SessionRecords = memoryRecords()) {
  buckets += 1
  const bucket = `bucket-${buckets}`
  await server.createBucket(bucket)
  const client = server.client()
  const reopen = async (): Promise<UploadStore> => s3Store({ client, bucket, prefix: 'uploads/', records, partSize })
  return { store: await reopen(), reopen, client, bucket, records, files: () => server.filesIn(bucket) }
}

serverStoreContract(make)
durableStoreContract(make)
sharedStoreContract((around) => make(around(memoryRecords())), MiB)

test.each([
  ['larger than parts', [12 * MiB, 12 * MiB, 3 * MiB + 7]],
  ['smaller than parts', [MiB, 2 * MiB, 3 * MiB, MiB, 4 * MiB, 5, MiB]],
  ['just as large as parts', [5 * MiB, 5 * MiB, 10 * MiB]],
  ['tiny, and many', [...Array.from({ length: 70 }, () => 1000), 9 * MiB]],
])('chunks that are %s become one object, whose bytes are theirs, and nothing else is left', async (_, sizes) => {
  const { store, reopen, files } = await make()
  const all = randomBytes(sizes.reduce((sum, size) => sum + size, 0))
  const [first = 0, ...further] = sizes
  let record = await create(store, all.subarray(0, first), { size: all.length, filename: 'ö "x".mp4' })
  for (const size of further)
    // Another node each time: nothing of it is only in memory.
    record = await append(await reopen(), record, all.subarray(record.offset, record.offset + size))
  expect(await store.checksum(record, 'md5')).toBe(md5(all))
  const complete = await finish(store, record)
  expect(md5(await bytesIn(store, complete))).toBe(md5(all))
  const file = await store.file(complete)
  expect(md5(new Uint8Array(await new Response(file?.stream(5 * MiB - 3, 5 * MiB + 9)).arrayBuffer()))).toBe(
    md5(all.subarray(5 * MiB - 3, 5 * MiB + 9)),
  )
  expect(await files()).toEqual([expect.stringMatching(/\.done$/)])
  await store.remove(complete)
  expect(await files()).toEqual([])
})

test('pieces without bytes, wherever they come, change nothing', async () => {
  const { store } = await make()
  const record = newRecord({ size: 3, offset: 3 })
  const writer = await store.writer({ ...record, offset: 0 })
  const none = new Uint8Array(new ArrayBuffer(0))
  await writer.write(0, source(none, Uint8Array.of(1), none, Uint8Array.of(2, 3), none))
  await writer.commit(record)
  await writer.close()
  expect([...(await bytesIn(store, await finish(store, record)))]).toEqual([1, 2, 3])
})

test('what a dead node left behind is swept once it is old, and nothing that counts', async () => {
  const { store, reopen, files } = await make()
  const kept = await create(store, randomBytes(8 * MiB), { size: 12 * MiB })
  const before = await files()
  for (const record of [newRecord({ size: 12 * MiB }), kept]) {
    const dead = await (await reopen()).writer(record)
    await dead.write(record.offset, pieces(randomBytes(record.offset === 0 ? 7 * MiB : MiB)))
  }
  expect((await files()).length).toBeGreaterThan(before.length)
  expect(await store.removeOrphans('.part', 60_000)).toBe(0)
  expect(await store.removeOrphans('.part', -60_000)).toBeGreaterThan(1)
  expect(await files()).toEqual(before)
})

test.each([3, 11 * MiB])('%i bytes that S3 does not hold as they came in are never published', async (size) => {
  const { store, records } = await make()
  const record = await create(store, randomBytes(size), { size })
  const { own } = (await records.read(record.id)) ?? {}
  const verified: SessionRecord = { ...record, status: 'verifying', revision: 2 }
  await records.commit(verified, JSON.stringify({ ...JSON.parse(own ?? ''), crc32: 1 }))
  await expect(store.publish(verified)).rejects.toThrow(/BadDigest|does not hold|checksum|digest/i)
  expect(await store.file({ ...verified, status: 'complete' })).toBeUndefined()
})

test('a finished file is told as an attachment of its name, whatever it says it is', async () => {
  const { store, client, bucket } = await make()
  const record = await create(store, randomBytes(3), { size: 3, filename: 'page.html' })
  const { complete } = await finish(store, record)
  const { HeadObjectCommand } = await import('@aws-sdk/client-s3')
  const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: `uploads/${complete}` }))
  expect([head.ContentType, head.ContentDisposition]).toEqual([
    'application/octet-stream',
    expect.stringContaining('attachment; filename="page.html"'),
  ])
})

test('a finished file has an address for whoever may have it, for a while, that gives its bytes as an attachment', async () => {
  const { store } = await make()
  const bytes = randomBytes(11 * MiB)
  const record = await create(store, bytes, { size: bytes.length })
  const file = await store.file(await finish(store, record))
  const answer = await fetch((await file?.address?.(60)) ?? '')
  expect([answer.status, answer.headers.get('Content-Disposition')]).toEqual([
    200,
    expect.stringMatching(/^attachment/),
  ])
  expect(md5(new Uint8Array(await answer.arrayBuffer()))).toBe(md5(bytes))
  const past = await file?.address?.(1)
  await new Promise((resolve) => setTimeout(resolve, 2_100))
  expect((await fetch(past ?? '')).status).toBe(403)
})

test('a file may get another name at its end, of any size', async () => {
  const { store, files } = await make()
  for (const size of [0, 3, 11 * MiB]) {
    const bytes = randomBytes(size)
    const record = await create(store, bytes, { size })
    const name = `day/named-${size}.bin`
    expect(await store.claim(record, name)).toBe(true)
    const complete = await finish(store, { ...record, complete: name })
    expect(md5(await bytesIn(store, complete))).toBe(md5(bytes))
  }
  expect((await files()).map((path) => path.slice(path.lastIndexOf('/') + 1)).toSorted()).toEqual([
    'named-0.bin',
    `named-${11 * MiB}.bin`,
    'named-3.bin',
  ])
})

test('what is larger than one request may copy is copied in parts, whatever signs are in its name', async () => {
  const { bucket: name, client } = await make()
  const bucket = createBucket(client, name, partSize)
  const bytes = randomBytes(12 * MiB)
  const headers = headersOf(newRecord({ filename: 'a.bin' }))
  await bucket.put('from/a+b ж.bin', bytes, headers)
  await bucket.copy('from/a+b ж.bin', 'to/b.bin', bytes.length, headers)
  const copied = new Uint8Array(await new Response(await bucket.get('to/b.bin', 0, bytes.length)).arrayBuffer())
  expect(md5(copied)).toBe(md5(bytes))
  expect(await bucket.head('to/b.bin')).toMatchObject({ size: bytes.length, upload: headers.Metadata.upload })
})

test('S3 that is not there is a storage that may come back', async () => {
  const { bucket, records } = await make()
  const { S3Client } = await import('@aws-sdk/client-s3')
  const client = new S3Client({
    ...{ endpoint: 'http://127.0.0.1:9', region: 'us-east-1', credentials: server.key, forcePathStyle: true },
    maxAttempts: 1,
  })
  const store = s3Store({ client, bucket, records })
  const writer = await store.writer(newRecord({ size: 9 }))
  await expect(writer.write(0, source(randomBytes(9)))).rejects.toMatchObject({ code: 'unavailable' })
})

test.each([
  [{ bucket: 'Not a bucket' }, 'Option bucket: expected the name of a bucket, got "Not a bucket"'],
  [{ prefix: '/x' }, 'Option prefix: expected something like "uploads/", got "/x"'],
  [{ partSize: MiB }, 'Option partSize: expected 5242880 to 5368709120 bytes, got 1048576'],
])('%j is refused', (wrong, why) => {
  const options = { client: server.client(), bucket: 'bucket', records: memoryRecords() }
  expect(() => s3Store({ ...options, ...wrong })).toThrow(why)
})
