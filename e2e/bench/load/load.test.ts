import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createUploadHandler } from '@chunkwise/server'
import { diskStore, startServer } from '@chunkwise/server/node'
import { expect, test } from 'vitest'
import { sinkListener } from '../server/sink.ts'
import { filesIn } from '../stored-file.ts'
import { sendLoad } from './load.ts'
import { dialects, type LoadDialect } from './send.ts'

const path = '/api/uploads/'

async function withServer(dialect: LoadDialect, work: (endpoint: string, dir: string) => Promise<void>): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'chunkwise-load-'))
  const { url, close } = await startServer({
    // To the bare server every path is one of its own.
    ...(dialect === 'put' ? { otherwise: sinkListener(dir) } : {}),
    handler: createUploadHandler({ store: diskStore({ dir }), path: dialect === 'put' ? '/none/' : path }),
    port: 0,
  })
  try {
    await work(new URL(path, url).href, dir)
  } finally {
    await close(0)
    await rm(dir, { recursive: true })
  }
}

// An object's own keys are what its type says, which Object.keys cannot know.
test.each(Object.keys(dialects) as LoadDialect[])('%s: what is sent is what is stored', async (dialect) => {
  await withServer(dialect, async (endpoint, dir) => {
    const [parallel, each, size, chunkSize] = [3, 2, 25_000, 10_000]
    const { chunkMs, md5 } = await sendLoad({ dialect, endpoint, parallel, each, size, chunkSize })
    expect(chunkMs).toHaveLength(parallel * each * Math.ceil(size / chunkSize))
    const stored = await Promise.all((await filesIn(dir, size)).map((file) => readFile(file)))
    const digests = stored.map((bytes) => createHash('md5').update(bytes).digest('hex'))
    expect(digests).toEqual(Array.from({ length: parallel * each }, () => md5))
  })
})

test('an answer that is no success ends it, and is told', async () => {
  await withServer('tus', async (endpoint) => {
    const load = { endpoint: new URL('/elsewhere/', endpoint).href, parallel: 2, each: 1, size: 10, chunkSize: 10 }
    await expect(sendLoad({ dialect: 'tus', ...load })).rejects.toThrow('POST /elsewhere/ was answered with 404')
  })
})

test('each upload comes no faster than it is told', async () => {
  await withServer('tus', async (endpoint) => {
    const load = { endpoint, parallel: 2, each: 1, size: 100_000, chunkSize: 50_000, rate: 400_000 }
    const { ms, chunkMs } = await sendLoad({ dialect: 'tus', ...load })
    expect(chunkMs).toHaveLength(4)
    expect(ms).toBeGreaterThan(240)
  })
})
