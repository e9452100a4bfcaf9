import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { newVideo, videoStoreContract } from '../gateway/store-contract.ts'
import type { VideoStore } from '../gateway/store.ts'
import { diskVideos } from './disk-videos.ts'

async function make() {
  const dir = await mkdtemp(join(tmpdir(), 'chunkwise-videos-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const open = async (): Promise<VideoStore> => {
    const store = diskVideos({ dir })
    await store.open()
    onTestFinished(() => store.close())
    return store
  }
  return { log: join(dir, 'videos.jsonl'), open }
}

videoStoreContract(async () => (await make()).open())

test('what was written and removed is so after a restart', async () => {
  const { open } = await make()
  const store = await open()
  const [kept, gone] = [newVideo(), newVideo()]
  for (const record of [kept, gone, { ...kept, revision: 2, state: 'ready' as const }]) await store.write(record)
  await store.remove(gone.id)
  await store.close()
  expect(await (await open()).list({})).toEqual([{ ...kept, revision: 2, state: 'ready' }])
})

test('half a line, and lines that are none of ours, leave all others', async () => {
  const { log, open } = await make()
  const store = await open()
  const [one, other] = [newVideo(), newVideo()]
  await store.write(one)
  await store.write(other)
  await store.close()
  const lines = await readFile(log, 'utf8')
  await writeFile(log, `${lines.slice(0, 0)}{"id":"x"}\n[]\nnull\n${lines}`)
  await appendFile(log, JSON.stringify({ ...one, revision: 2 }).slice(0, 40))
  const again = await open()
  expect(await again.read(one.id)).toEqual(one)
  expect(await again.write({ ...one, revision: 2, state: 'ready' })).toBe(true)
  await again.close()
  expect(await (await open()).read(one.id)).toMatchObject({ state: 'ready' })
  expect(await (await open()).read(other.id)).toEqual(other)
})

test('a folder that is none is refused by name', () => {
  expect(() => diskVideos({ dir: '' })).toThrow(new TypeError('Option dir: expected a folder, got ""'))
})
