import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { FileStore } from '@tus/file-store'
import { expect, onTestFinished, test } from 'vitest'
import {
  ask,
  base,
  chunkRequest,
  finishRequest,
  start,
} from '../../packages/server/src/dialects/fixtures/drf-client.ts'
import { createUploadHandler } from '../../packages/server/src/handler.ts'
import { UploadProblem } from '../../packages/server/src/problem.ts'
import type { SessionRecord } from '../../packages/server/src/record.ts'
import { memoryRecords } from '../../packages/server/src/records/memory.ts'
import type { SessionRecords } from '../../packages/server/src/records/records.ts'
import type { UploadStore } from '../../packages/server/src/store.ts'
import { durableStoreContract, serverStoreContract } from '../../packages/server/src/stores/contract.ts'
import { bytesIn, md5, newRecord, source } from '../../packages/server/src/stores/fixtures/records.ts'
import { append, create, finish, verify } from '../../packages/server/src/stores/fixtures/sessions.ts'
import { sharedStoreContract } from '../../packages/server/src/stores/shared-contract.ts'
import type { TusDataStore } from '../../packages/server/src/stores/tus-data-bytes.ts'
import { tusDataStore } from '../../packages/server/src/stores/tus-data.ts'

const MiB = 1024 ** 2

async function make(records: SessionRecords = memoryRecords(), change: (real: FileStore) => void = () => {}) {
  const directory = await mkdtemp(join(tmpdir(), 'chunkwise-tus-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const reopen = async (): Promise<UploadStore> => {
    const files = new FileStore({ directory })
    change(files)
    return tusDataStore(files, { records, prefix: 'uploads/' })
  }
  /** All that the data store has, without the facts that it keeps beside each upload. */
  const files = async (): Promise<string[]> => {
    const found = await readdir(directory, { recursive: true, withFileTypes: true })
    const paths = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    const uploads = paths.filter((path) => !path.endsWith('.json'))
    expect(paths.toSorted()).toEqual(uploads.flatMap((path) => [path, `${path}.json`]).toSorted())
    return uploads.map((path) => path.slice(directory.length + 1)).toSorted()
  }
  return { store: await reopen(), reopen, files, directory, records }
}

serverStoreContract(make)
durableStoreContract(make)
sharedStoreContract((around) => make(around(memoryRecords())))

/** Sizes of chunks that nobody would choose, up to a total. */
const oddSizes = (total: number): number[] => {
  const wanted = [1, 3 * MiB + 1, 65_537, 7 * MiB, 0, 999_983]
  const sizes: number[] = []
  for (let left = total, index = 0; left > 0; left -= sizes.at(-1) ?? 0, index += 1)
    sizes.push(Math.min(left, wanted[index % wanted.length] ?? left))
  return sizes.filter((size) => size > 0)
}

test('an upload of drf-chunked-upload in odd chunks becomes one file, whose bytes are its own', async () => {
  const { store, files } = await make()
  const handler = createUploadHandler({ store })
  const all = randomBytes(20 * MiB)
  const [first = 0, ...sizes] = oddSizes(all.length)
  const url = await start(handler, all.subarray(0, first), all.length)
  let at = first
  for (const size of sizes) {
    const range = `bytes ${at}-${at + size - 1}/${all.length}`
    const answer = await ask(handler, chunkRequest({ url, range, file: all.subarray(at, at + size) }))
    at += size
    expect(answer.body).toMatchObject({ offset: at })
  }
  expect((await files()).length).toBe(sizes.length + 1)
  expect((await ask(handler, finishRequest(url, { md5: md5(all) }))).status).toBe(200)
  const [session] = await handler.sessions.list({ owner: undefined })
  if (!session) throw new Error('no session')
  expect(await files()).toEqual([`uploads/${session.complete}`])
  expect(md5(await bytesIn(store, session))).toBe(md5(all))
  await handler.sessions.terminate(session.id, { owner: undefined })
  expect(await files()).toEqual([])
})

test('an upload of tus in odd chunks becomes one file, whose bytes are its own', async () => {
  const { store, files, directory } = await make()
  const handler = createUploadHandler({ store })
  const all = randomBytes(20 * MiB)
  const version = { 'Tus-Resumable': '1.0.0' }
  const created = await handler(
    new Request(base, { method: 'POST', headers: { ...version, 'Upload-Length': String(all.length) } }),
  )
  const url = new URL(created.headers.get('Location') ?? '', base)
  let at = 0
  for (const size of oddSizes(all.length)) {
    const headers = { ...version, 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': String(at) }
    await handler(new Request(url, { method: 'PATCH', headers, body: all.subarray(at, at + size) }))
    at += size
  }
  const [session] = await handler.sessions.list({ owner: undefined })
  if (!session) throw new Error('no session')
  expect(session).toMatchObject({ status: 'complete', checksum: { algorithm: 'md5', value: md5(all) } })
  expect(await files()).toEqual([`uploads/${session.complete}`])
  const file = await store.file(session)
  expect(file?.path).toBe(join(directory, 'uploads', session.complete))
  expect((await stat(file?.path ?? '')).size).toBe(all.length)
  const [from, to] = [7 * MiB - 3, 12 * MiB + 9]
  expect(md5(new Uint8Array(await new Response(file?.stream(from, to)).arrayBuffer()))).toBe(
    md5(all.subarray(from, to)),
  )
  await handler(new Request(url, { method: 'DELETE', headers: version }))
  expect(await files()).toEqual([])
})

test('a part of an unfinished upload is read over the borders of its chunks', async () => {
  const { store } = await make()
  let record = await create(store, Buffer.from('0123'))
  for (const text of ['45', '6789']) record = await append(store, record, Buffer.from(text))
  const file = await store.file(record)
  const texts = [new Response(file?.stream(3, 7)), new Response(file?.stream(4, 6)), new Response(file?.stream(9))]
  expect(await Promise.all(texts.map((response) => response.text()))).toEqual(['3456', '45', '9'])
})

test('a chunk that breaks off before its first byte makes nothing', async () => {
  const { store, files } = await make()
  const record = await create(store, Buffer.from('01'))
  const before = await files()
  const breaks = new UploadProblem('incomplete-body', 'cut off')
  const same = await append(store, record, new Uint8Array(), breaks)
  expect([same.offset, await files()]).toEqual([2, before])
})

test.each(['the next commit', 'the end', 'the removal'] as const)(
  'what a dead node left of a session goes with %s',
  async (when) => {
    const { store, reopen, files } = await make()
    const first = randomBytes(100)
    let record = await create(store, first)
    const dead = await (await reopen()).writer(record)
    await dead.write(100, source(randomBytes(50)))
    await dead.write(100, source(randomBytes(60)))
    expect((await files()).length).toBe(3)
    if (when === 'the next commit') {
      record = await append(store, record, randomBytes(10))
      expect((await files()).length).toBe(2)
    }
    if (when === 'the removal') {
      await store.remove(record)
      expect(await files()).toEqual([])
      return
    }
    const complete = await finish(store, record)
    expect(await files()).toEqual([`uploads/${complete.complete}`])
    expect((await bytesIn(store, complete)).subarray(0, 100)).toEqual(new Uint8Array(first))
  },
)

/** Lets the data store fail as `FileStore` does, after so many bytes of a write; gives back the means to mend it. */
function failing(after: number, error: unknown = { status_code: 500, body: 'Something went wrong\n' }) {
  let fails = false
  const change = (real: FileStore): void => {
    const write = real.write.bind(real)
    real.write = async (bytes: Readable, id, offset) => {
      if (!fails) return write(bytes, id, offset)
      let seen = 0
      for await (const piece of bytes) {
        seen += piece.length
        if (seen > after) break
      }
      throw error
    }
  }
  return { change, set: (now: boolean) => void (fails = now) }
}

test('of a chunk whose data store fails nothing counts, and it may come again', async () => {
  const broken = failing(MiB)
  const { store, files } = await make(memoryRecords(), broken.change)
  const all = randomBytes(5 * MiB)
  const record = await create(store, all.subarray(0, MiB))
  const before = await files()
  broken.set(true)
  const writer = await store.writer(record)
  await expect(writer.write(MiB, source(all, all))).rejects.toThrow('The data store failed: Something went wrong')
  expect(writer.end).toBe(MiB)
  broken.set(false)
  await writer.close()
  expect(await files()).toEqual(before)
  const whole = await append(store, record, all.subarray(MiB))
  expect(md5(await bytesIn(store, whole))).toBe(md5(all))
  expect(await store.checksum(whole, 'md5')).toBe(md5(all))
})

test('a data store that fails is heard of, though the source waits', async () => {
  const { store } = await make(memoryRecords(), (real) => {
    real.write = async (bytes) => {
      await new Promise((resolve) => bytes.once('data', resolve))
      throw new Error('no more')
    }
  })
  // As a client does that waits for its answer.
  async function* waiting(): AsyncGenerator<Uint8Array> {
    yield randomBytes(9)
    await new Promise(() => {})
  }
  const writer = await store.writer(newRecord())
  await expect(writer.write(0, waiting())).rejects.toThrow('no more')
  await writer.close()
})

test('what was written counts no more once its place is written again, even in vain', async () => {
  const { store } = await make()
  const writer = await store.writer(newRecord())
  await writer.write(0, source(randomBytes(9)))
  const breaks = new UploadProblem('incomplete-body', 'cut off')
  await expect(writer.write(0, source(breaks))).rejects.toBe(breaks)
  await expect(writer.commit(newRecord({ offset: 9 }))).rejects.toThrow('Nothing was written up to 9')
  await writer.close()
})

test('a full disk is told as one', async () => {
  const broken = failing(0, Object.assign(new Error('no space'), { code: 'ENOSPC' }))
  const { store } = await make(memoryRecords(), broken.change)
  broken.set(true)
  const writer = await store.writer(newRecord())
  await expect(writer.write(0, source(randomBytes(9)))).rejects.toMatchObject({ code: 'storage-full' })
  await writer.close()
})

test('a data store that says less than it was given is not believed', async () => {
  const { store } = await make(memoryRecords(), (real) => {
    const write = real.write.bind(real)
    real.write = async (...all) => (await write(...all)) - 1
  })
  const writer = await store.writer(newRecord())
  await expect(writer.write(0, source(randomBytes(9)))).rejects.toThrow('has 8 bytes')
  await writer.close()
})

test('a finish whose copy fails goes on when it is repeated, and keeps all bytes until then', async () => {
  const broken = failing(MiB)
  const { store, reopen, files } = await make(memoryRecords(), broken.change)
  const all = randomBytes(4 * MiB)
  let record = await create(store, all.subarray(0, 3 * MiB))
  record = await append(store, record, all.subarray(3 * MiB))
  const verified = await verify(store, record)
  broken.set(true)
  await expect(store.publish(verified)).rejects.toThrow('The data store failed')
  expect(md5(await bytesIn(store, verified))).toBe(md5(all))
  broken.set(false)
  const again = await reopen()
  await again.publish(verified)
  expect(md5(await bytesIn(again, verified))).toBe(md5(all))
  expect(await files()).toEqual([`uploads/${verified.complete}`])
})

test('a finish that slept while another one came to the end takes nothing of it away', async () => {
  let wake = (): void => {}
  const asleep = new Promise<void>((resolve) => {
    wake = resolve
  })
  const {
    store: sleeping,
    directory,
    files,
    records,
  } = await make(memoryRecords(), (real) => {
    // It has looked for the file, and hears that there is none when there is one.
    real.read = (async () => {
      await asleep
      throw Object.assign(new Error('none'), { code: 'ENOENT' })
    }) as never
  })
  const awake = tusDataStore(new FileStore({ directory }), { records, prefix: 'uploads/' })
  const all = randomBytes(100)
  const record = await create(awake, all)
  const verified = await verify(awake, record)
  const late = sleeping.publish(verified)
  await awake.publish(verified)
  const complete: SessionRecord = { ...verified, status: 'complete', revision: verified.revision + 1 }
  await awake.commit(complete)
  wake()
  await expect(late).rejects.toMatchObject({ code: 'locked' })
  expect(await files()).toEqual([`uploads/${complete.complete}`])
  expect(await bytesIn(awake, complete)).toEqual(new Uint8Array(all))
})

test('bytes that the data store has lost are never published', async () => {
  const { store, files, directory } = await make()
  let record = await create(store, randomBytes(10))
  record = await append(store, record, randomBytes(10))
  const [, second = ''] = await files()
  const { truncate } = await import('node:fs/promises')
  await truncate(join(directory, second), 9)
  const verified = await verify(store, record)
  await expect(store.publish(verified)).rejects.toThrow('lost bytes')
  expect(await store.file({ ...verified, status: 'complete' })).toBeUndefined()
})

test('a complete file has no more to note than its checksums', async () => {
  const { store, records } = await make()
  let record = await create(store, randomBytes(10))
  record = await append(store, record, randomBytes(10))
  const complete = await finish(store, record)
  const { own = '' } = (await records.read(complete.id)) ?? {}
  expect(JSON.parse(own)).toEqual({ pieces: [], cleared: 2, digests: { md5: expect.any(String) } })
})

test('a file of no bytes is one', async () => {
  const { store, files } = await make()
  const complete = await finish(store, await create(store, new Uint8Array()))
  expect(await files()).toEqual([`uploads/${complete.complete}`])
  expect(await bytesIn(store, complete)).toEqual(new Uint8Array())
})

test('a file that replaces another one is not removed with that one', async () => {
  const { store } = await make()
  const one = await finish(store, await create(store, Buffer.from('one')))
  const second = await create(store, Buffer.from('two'))
  const other = await finish(store, { ...second, complete: one.complete })
  expect(await store.file(one)).toBeUndefined()
  await store.remove(one)
  expect(await bytesIn(store, other)).toEqual(new Uint8Array(Buffer.from('two')))
})

test('a name is refused where the data store would keep the facts of another file, or have its own there', async () => {
  const { store } = await make()
  const [one, other, third] = [newRecord(), newRecord(), newRecord()]
  expect([await store.claim(one, 'day/a'), await store.claim(other, 'day/a.json')]).toEqual([true, false])
  expect([await store.isTaken('day/a.json'), await store.isTaken('day/a.info')]).toEqual([true, true])
  await store.remove({ ...one, complete: 'day/a' })
  // Who was refused has taken nothing.
  expect([await store.claim(third, 'day/a.json'), await store.claim(one, 'day/a')]).toEqual([true, false])
  await store.remove({ ...third, complete: 'day/a.json' })
  expect(await store.claim(one, 'day/a')).toBe(true)
})

test('no more is asked of the source than the data store takes', async () => {
  let go = (): void => {}
  const held = new Promise<void>((resolve) => {
    go = resolve
  })
  const { store } = await make(memoryRecords(), (real) => {
    const write = real.write.bind(real)
    real.write = async (bytes, ...place) => {
      await new Promise((resolve) => bytes.once('readable', resolve))
      await held
      return write(bytes, ...place)
    }
  })
  let asked = 0
  async function* counted(): AsyncGenerator<Uint8Array> {
    for (; asked < 100; asked += 1) yield randomBytes(64 * 1024)
  }
  const writer = await store.writer(newRecord())
  const written = writer.write(0, counted())
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(asked).toBeLessThan(4)
  go()
  await written
  expect([asked, writer.end]).toEqual([100, 100 * 64 * 1024])
  await writer.close()
})

test('more than a data store may have to hold is given to it in several writes', async () => {
  const sizes: number[] = []
  const told: number[] = []
  const { store } = await make(memoryRecords(), (real) => {
    const write = real.write.bind(real)
    real.write = async (bytes, id, offset) => {
      const end = await write(bytes, id, offset)
      sizes.push(end - offset)
      return end
    }
    const declare = real.declareUploadLength.bind(real)
    real.declareUploadLength = async (id, size) => {
      told.push(size)
      await declare(id, size)
    }
  })
  const writer = await store.writer(newRecord())
  await writer.write(0, source(new Uint8Array(65 * MiB)))
  // The last one is for those who put it together when it comes to the size that they were told.
  expect([sizes, told]).toEqual([[64 * MiB, MiB, 0], [65 * MiB]])
  await writer.close()
})

test('a data store that removes nothing itself is given the means', async () => {
  const { directory, files } = await make()
  const real = new FileStore({ directory })
  // As base classes of theirs have it: there, and without effect.
  const dataStore: TusDataStore = Object.assign(new FileStore({ directory }), {
    extensions: ['creation'],
    remove: async () => {},
  })
  expect(() => tusDataStore(dataStore, { records: memoryRecords() })).toThrow('Option remove: expected a function')
  const store = tusDataStore(dataStore, { records: memoryRecords(), remove: (id) => real.remove(id) })
  const complete = await finish(store, await create(store, randomBytes(9)))
  expect(await files()).toEqual([complete.complete])
})

test('a data store that says gone of what it still has is found out', async () => {
  const { store, files } = await make(memoryRecords(), (real) => {
    real.remove = async () => {
      throw { status_code: 404, body: 'not found\n' }
    }
  })
  const record = await create(store, randomBytes(9))
  await expect(store.publish(await verify(store, record))).rejects.toThrow('the option remove has to')
  expect((await files()).length).toBe(2)
})

test('what cannot be a store is refused', async () => {
  const { directory } = await make()
  const records = memoryRecords()
  const files = new FileStore({ directory })
  expect(() => tusDataStore(Object.assign(files, { read: undefined }), { records })).toThrow(
    'Argument dataStore: expected one that gives bytes back',
  )
  expect(() => tusDataStore(new FileStore({ directory }), { records, prefix: '/x' })).toThrow(
    'Option prefix: expected something like "uploads/", got "/x"',
  )
})
