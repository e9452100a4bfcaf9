import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import { createUploader, drfChunkedUpload, fetchTransport, ietf, memoryStore, tus } from '@chunkwise/client'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { redisRecords } from '../../packages/server/src/records/redis.ts'
import type { SessionRecord } from '../../packages/server/src/record.ts'
import { s3Store } from '../../packages/server/src/stores/s3.ts'
import { fastClock } from '../faults/fast-clock.ts'
import { startCluster, type Cluster } from './cluster.ts'

const MiB = 1024 ** 2
const size = 20 * MiB
/** `STORAGE_UPLOADS=50` plays all that is promised of it. */
const count = Number(process.env['STORAGE_UPLOADS'] ?? 9)
const pauseMs = Number(process.env['STORAGE_PAUSE_MS'] ?? 20_000)

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster(3)
  // Where a page would be: the key of a creation goes to its own origin only.
  vi.stubGlobal('location', new URL(cluster.endpoint))
})
afterAll(async () => {
  vi.unstubAllGlobals()
  await cluster.close()
})

/** As random as bytes need to be, and other ones for each number. */
function bytesOf(number: number): Uint8Array<ArrayBuffer> {
  const block = createHash('sha512').update(String(number)).digest()
  return Uint8Array.from({ length: size }, (_, at) => (block[at % 64] ?? 0) ^ (at >> 8) ^ (at >> 16))
}

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

/** What all nodes know, and the bytes of a finished file. */
function opened() {
  const redis = new Redis(cluster.redis.port, '127.0.0.1', { maxRetriesPerRequest: null }).on('error', () => {})
  const [client, records] = [cluster.s3.client(), redisRecords({ redis })]
  return {
    store: s3Store({ client, bucket: cluster.bucket, records }),
    async records(): Promise<SessionRecord[]> {
      const found: SessionRecord[] = []
      for await (const { record } of records.list()) found.push(record)
      return found
    },
    async bytesOf({ complete }: SessionRecord): Promise<Uint8Array> {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: cluster.bucket, Key: complete }))
      return (await Body?.transformToByteArray()) ?? new Uint8Array()
    },
    close() {
      redis.disconnect()
      client.destroy()
    },
  }
}

test('nodes are killed and started again, and Redis too: every file arrives whole, and nothing else is left', async () => {
  const protocols = [drfChunkedUpload(), tus(), ietf()]
  const uploaders = protocols.map((protocol) =>
    createUploader({
      ...{ endpoint: cluster.endpoint, protocol, store: memoryStore(), transport: fetchTransport, concurrency: 2 },
      ...{ clock: fastClock(4, Math.random), retry: { baseMs: 500, capMs: 4_000 }, chunkSize: 3 * MiB },
    }),
  )
  const uploads = Array.from({ length: count }, (_, number) => {
    const file = new File([bytesOf(number)], `${number}.bin`)
    return uploaders[number % uploaders.length]?.add(file)
  })
  const all = Promise.all(uploads.map((upload) => upload?.finished))
  const over = new AbortController()
  all.finally(() => over.abort()).catch(() => {})
  const confirmed = (): number => uploads.reduce((sum, upload) => sum + (upload?.getState().offset ?? 0), 0)
  /** Until a tenth of all has gone on, or some time has; a machine that is fast must not be done before. */
  async function amid(): Promise<void> {
    const [goal, until] = [confirmed() + (count * size) / 10, Date.now() + 2_500]
    while (!over.signal.aborted && confirmed() < goal && Date.now() < until) await sleep(20)
  }
  let killed = 0
  for (;;) {
    await amid()
    if (over.signal.aborted) break
    await cluster.nodes[killed % cluster.nodes.length]?.restart()
    killed += 1
    if (killed === 1) await cluster.redis.restart()
  }
  await all
  expect(killed).toBeGreaterThan(1)

  const look = opened()
  const records = await look.records()
  expect(records.map(({ filename, status }) => `${filename} ${status}`).toSorted()).toEqual(
    Array.from({ length: count }, (_, number) => `${number}.bin complete`).toSorted(),
  )
  for (const record of records)
    expect(md5(await look.bytesOf(record)), record.filename).toBe(md5(bytesOf(Number.parseInt(record.filename, 10))))
  // What dead nodes have left is swept once it is old.
  await look.store.removeOrphans('.part', -1)
  look.close()
  expect(await cluster.s3.filesIn(cluster.bucket)).toHaveLength(count)
}, 600_000)

test('a node that stood still wakes with an old lock, and commits nothing', async () => {
  const [sleeper, awake] = cluster.nodes
  if (!sleeper || !awake) throw new Error('There are no two nodes')
  const [old, right] = [bytesOf(1001), bytesOf(1002)]
  const marks = { 'Tus-Resumable': '1.0.0' }
  const append = { ...marks, 'Content-Type': 'application/offset+octet-stream' }
  const created = await fetch(cluster.endpointOf(awake), {
    method: 'POST',
    headers: { ...marks, 'Upload-Length': String(size), 'Upload-Metadata': `filename ${btoa('paused.bin')}` },
  })
  const { pathname } = new URL(created.headers.get('Location') ?? '', cluster.endpoint)
  const at = ({ port }: { readonly port: number }): string => `http://127.0.0.1:${port}${pathname}`
  let goOn = (): void => {}
  const woken = new Promise<void>((resolve) => (goOn = resolve))
  const body = ReadableStream.from(
    (async function* () {
      yield old.subarray(0, 12 * MiB)
      await woken
      yield old.subarray(12 * MiB)
    })(),
  )
  const headers = { ...append, 'Upload-Offset': '0', 'Content-Length': String(size) }
  const late = fetch(at(sleeper), { method: 'PATCH', headers, body, duplex: 'half' } as RequestInit).then(
    ({ status }) => status,
    () => 0,
  )
  // Until it has the lock, and parts of its own in S3.
  await sleep(2_000)
  process.kill(sleeper.pid, 'SIGSTOP')
  const stopped = Date.now()
  try {
    const ask = async (): Promise<number> => {
      const sent = fetch(at(awake), { method: 'PATCH', headers: { ...append, 'Upload-Offset': '0' }, body: right })
      return (await sent).status
    }
    await vi.waitUntil(async () => (await ask()) === 204, { timeout: 60_000, interval: 500 })
    await sleep(Math.max(0, pauseMs - (Date.now() - stopped)))
  } finally {
    process.kill(sleeper.pid, 'SIGCONT')
  }
  goOn()
  expect(await late).not.toBe(204)
  const head = await fetch(at(sleeper), { method: 'HEAD', headers: marks })
  expect(head.headers.get('Upload-Offset')).toBe(String(size))
  const look = opened()
  const record = (await look.records()).find(({ filename }) => filename === 'paused.bin')
  expect(record?.status).toBe('complete')
  if (record) expect(md5(await look.bytesOf(record))).toBe(md5(right))
  look.close()
}, 200_000)
