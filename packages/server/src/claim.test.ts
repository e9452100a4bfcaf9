import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { fileOf, finishRequest, md5, start } from './dialects/fixtures/drf-client.ts'
import { tusWire } from './dialects/fixtures/wires.ts'
import type { FinishedUpload } from './complete.ts'
import { createUploadHandler, type UploadHandler } from './handler.ts'
import type { Naming } from './naming.ts'
import { diskStore } from './stores/disk.ts'
import { memoryStore } from './stores/memory.ts'

/** A server whose finished files lie in one folder, and what the host was told of them. */
async function serve(files: Partial<Naming>) {
  const dir = await mkdtemp(join(tmpdir(), 'chunkwise-names-'))
  const doneDir = join(dir, 'done')
  const seen: FinishedUpload[] = []
  const options = { files: { folder: '', ...files }, onComplete: (upload: FinishedUpload) => void seen.push(upload) }
  const handler = createUploadHandler({ store: diskStore({ dir: join(dir, 'parts'), doneDir }), ...options })
  onTestFinished(async () => {
    await handler.close()
    await rm(dir, { recursive: true, force: true })
  })
  const done = async (): Promise<string[]> => (await readdir(doneDir)).toSorted()
  return { handler, doneDir, done, seen, dir, options }
}

/** Sends a file of these many bytes; gives the status of the finish. */
async function send(handler: UploadHandler, filename: string, size = 25): Promise<number> {
  const file = fileOf(size)
  const url = await start(handler, file, size, { fields: { filename } })
  return (await handler(finishRequest(url, { md5: md5(file) }))).status
}

describe('finished files', () => {
  test('increment: each has a number', async () => {
    const { handler, done, doneDir } = await serve({ names: 'increment' })
    expect([await send(handler, 'a.bin', 5), await send(handler, 'a.bin', 6)]).toEqual([200, 200])
    expect(await done()).toEqual(['a.0001.bin', 'a.0002.bin'])
    expect(await readFile(join(doneDir, 'a.0002.bin'))).toEqual(Buffer.from(fileOf(6)))
  })

  test('increment: many at once all have their own', async () => {
    const { handler, done } = await serve({ names: 'increment' })
    const statuses = await Promise.all(Array.from({ length: 10 }, async () => send(handler, 'a.bin')))
    expect(statuses).toEqual(Array(10).fill(200))
    expect(await done()).toEqual(Array.from({ length: 10 }, (_, at) => `a.${String(at + 1).padStart(4, '0')}.bin`))
  })

  test('random-suffix and random', async () => {
    const suffix = await serve({ names: 'random-suffix' })
    await send(suffix.handler, 'a.bin')
    expect(await suffix.done()).toEqual([expect.stringMatching(/^a\.[a-z0-9]{11}\.bin$/)])
    const random = await serve({ names: 'random' })
    await send(random.handler, 'a.bin')
    expect(await random.done()).toEqual([expect.stringMatching(/^[a-z0-9]{11}\.bin$/)])
  })

  test('keep: the same name as the client says, made safe; the host is told where', async () => {
    const { handler, done, doneDir, seen } = await serve({ names: 'keep' })
    await send(handler, '../../süd 1.bin')
    expect(await done()).toEqual(['süd 1.bin'])
    expect(seen[0]?.file.path).toBe(join(doneDir, 'süd 1.bin'))
    expect(seen[0]?.url).toBe('/media/s%C3%BCd%201.bin')
  })

  test('keep, error: a taken name is 409 at the creation, and at the end', async () => {
    const { handler, done, doneDir } = await serve({ names: 'keep' })
    const file = fileOf(25)
    const late = await start(handler, file, 25, { fields: { filename: 'a.bin' } })
    await send(handler, 'a.bin', 5)
    await expect(start(handler, file, 25, { fields: { filename: 'a.bin' } })).rejects.toThrow('409')
    expect((await handler(finishRequest(late, { md5: md5(file) }))).status).toBe(409)
    expect(await done()).toEqual(['a.bin'])
    // What is in the way may go: then the same finish is taken.
    await rm(join(doneDir, 'a.bin'))
    expect((await handler(finishRequest(late, { md5: md5(file) }))).status).toBe(200)
  })

  test('keep, rename: a taken name gets a number, also one that is not ours', async () => {
    const { handler, done, doneDir } = await serve({ names: 'keep', existing: 'rename' })
    await handler.open()
    await writeFile(join(doneDir, 'a.bin'), 'of the host')
    expect([await send(handler, 'a.bin', 5), await send(handler, 'a.bin', 6)]).toEqual([200, 200])
    expect(await done()).toEqual(['a.0001.bin', 'a.0002.bin', 'a.bin'])
    expect(await readFile(join(doneDir, 'a.bin'), 'utf8')).toBe('of the host')
  })

  test('keep, overwrite: the newer one is there whole, and ending the older one does not take it', async () => {
    const { handler, done, doneDir } = await serve({ names: 'keep', existing: 'overwrite' })
    expect([await send(handler, 'a.bin', 5), await send(handler, 'a.bin', 6)]).toEqual([200, 200])
    expect(await done()).toEqual(['a.bin'])
    const [older, newer] = await handler.sessions.list({ owner: undefined })
    expect([older?.status, newer?.status]).toEqual(['expired', 'complete'])
    await handler.sessions.terminate(older?.id ?? '', { owner: undefined })
    expect(await readFile(join(doneDir, 'a.bin'))).toEqual(Buffer.from(fileOf(6)))
  })

  test('a name that was claimed before a crash is found again', async () => {
    const { dir, doneDir, options, done, handler } = await serve({ names: 'keep' })
    await handler.close()
    const where = { dir: join(dir, 'parts'), doneDir }
    const store = diskStore(where)
    const killed = createUploadHandler({
      ...options,
      onError: () => {},
      store: {
        ...store,
        commit: async () => {
          throw new Error('killed here')
        },
      },
    })
    const file = fileOf(25)
    const url = await start(killed, file, 25, { fields: { filename: 'a.bin' } })
    expect((await killed(finishRequest(url, { md5: md5(file) }))).status).toBe(500)
    await killed.close()
    const again = createUploadHandler({ ...options, store: diskStore(where) })
    onTestFinished(async () => again.close())
    expect((await again(finishRequest(url, { md5: md5(file) }))).status).toBe(200)
    expect(await done()).toEqual(['a.bin'])
    expect(await readFile(join(doneDir, 'a.bin'))).toEqual(Buffer.from(file))
  })

  test('tus: parts have no names, and a taken name is 409', async () => {
    const handler = createUploadHandler({ store: memoryStore(), files: { folder: '', names: 'keep' } })
    const whole = { start: 0, body: fileOf(5), size: 5, last: true }
    expect((await handler(tusWire.begin(whole))).status).toBe(201)
    expect((await handler(tusWire.begin(whole))).status).toBe(409)
    expect((await handler(tusWire.begin({ ...whole, headers: { 'Upload-Concat': 'partial' } }))).status).toBe(201)
  })
})
