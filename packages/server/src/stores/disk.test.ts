import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import {
  appendFile,
  link,
  mkdir,
  mkdtemp,
  open as openFile,
  readdir,
  readFile,
  rm,
  stat,
  statfs,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { SessionRecord } from '../record.ts'
import type { UploadStore } from '../store.ts'
import { durableStoreContract, serverStoreContract } from './contract.ts'
import { diskStore, type DiskStoreOptions } from './disk.ts'
import { newRecord } from './fixtures/records.ts'

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'chunkwise-disk-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}

async function open(options: DiskStoreOptions): Promise<UploadStore> {
  const store = diskStore(options)
  await store.open()
  onTestFinished(() => store.close())
  return store
}

async function make(options: Partial<DiskStoreOptions> = {}) {
  const dir = await folder()
  const store = await open({ dir, ...options })
  return { dir, store, reopen: () => open({ dir, ...options }) }
}

const logIn = (dir: string): string => join(dir, '.sessions', 'records.jsonl')

async function* source(...pieces: string[]) {
  for (const piece of pieces) yield new TextEncoder().encode(piece)
}

async function put(store: UploadStore, text: string, change: Partial<SessionRecord> = {}): Promise<SessionRecord> {
  const record = newRecord({ offset: text.length, ...change })
  const writer = await store.writer({ ...record, offset: 0 })
  await writer.write(0, source(text))
  await writer.commit(record)
  await writer.close()
  return record
}

describe.each([{ durability: 'strict' }, { durability: 'relaxed' }] as const)('disk store, $durability', (options) => {
  serverStoreContract(() => make(options))
  durableStoreContract(() => make(options))
})

test('folders that somebody has tidied away are made again: for bytes, for a name, for a finished file', async () => {
  const [dir, doneDir] = [await folder(), await folder()]
  const { store } = await make({ dir, doneDir })
  const tidy = async (): Promise<void> => {
    for (const root of [dir, doneDir]) await rm(join(root, 'dated'), { recursive: true, force: true })
  }
  const paths = (name: string) => ({ partial: `dated/21/${name}.part`, complete: `dated/21/${name}.bin` })
  for (const name of ['one', 'two']) {
    await tidy()
    const record = await put(store, 'abc', paths(name))
    expect(await store.claim(record, record.complete)).toBe(true)
    await rm(join(doneDir, 'dated'), { recursive: true })
    await store.publish({ ...record, status: 'complete' })
    expect(await readFile(join(doneDir, record.complete), 'utf8')).toBe('abc')
  }
})

describe('finished files in a folder of their own', () => {
  serverStoreContract(async () => make({ doneDir: await folder() }))

  test('partial and finished files stand where they were asked to', async () => {
    const doneDir = await folder()
    const { dir, store } = await make({ doneDir })
    const record = await put(store, 'abc')
    expect(await readFile(join(dir, record.partial), 'utf8')).toBe('abc')
    await store.publish(record)
    expect(existsSync(join(dir, record.partial))).toBe(false)
    expect(await readFile(join(doneDir, record.complete), 'utf8')).toBe('abc')
  })

  test('on another file system the file is copied whole, and a leftover of an earlier try does not matter', async () => {
    // /dev/shm is a file system of its own on every Linux; elsewhere this is a move like any other.
    const doneDir = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'chunkwise-disk-'))
    onTestFinished(() => rm(doneDir, { recursive: true, force: true }))
    const { dir, store } = await make({ doneDir })
    const record = await put(store, 'abc'.repeat(1000))
    await mkdir(join(doneDir, 'day'), { recursive: true })
    await writeFile(join(doneDir, `${record.complete}.tmp`), 'half a file')
    await store.publish(record)
    await store.publish(record)
    expect(await readFile(join(doneDir, record.complete), 'utf8')).toBe('abc'.repeat(1000))
    expect(await readdir(join(doneDir, 'day'))).toEqual([`${record.id}.done`])
    expect(existsSync(join(dir, record.partial))).toBe(false)
  })
})

describe('after a crash', () => {
  test('S12 a tail beyond the commit is cut, and repairing twice changes nothing more', async () => {
    const { dir, store, reopen } = await make()
    const record = await put(store, 'abc')
    await store.close()
    await appendFile(join(dir, record.partial), 'uncommitted')
    const again = await reopen()
    expect((await stat(join(dir, record.partial))).size).toBe(3)
    await again.close()
    const before = await readFile(logIn(dir), 'utf8')
    const third = await reopen()
    expect(await third.read(record.id)).toEqual(record)
    expect(await readFile(logIn(dir), 'utf8')).toBe(before)
  })

  test('S12 a session whose bytes are missing has failed and is never served', async () => {
    const { dir, store, reopen } = await make()
    const shorter = await put(store, 'abc')
    const gone = await put(store, 'def')
    await store.close()
    await truncate(join(dir, shorter.partial), 2)
    await rm(join(dir, gone.partial))
    const again = await reopen()
    expect(await again.read(shorter.id)).toMatchObject({ status: 'failed' })
    expect(await again.read(gone.id)).toMatchObject({ status: 'failed' })
  })

  test.each([
    ['half a line', '{"id":"'],
    ['zeros, as after a power cut', '\0\0\0\0'],
    ['a whole line that is no record', '{"id":"../../etc/passwd","revision":2}\n'],
  ])('a record whose last commit is %s stands as it was before', async (_name, tail) => {
    const { dir, store, reopen } = await make()
    const record = await put(store, 'abc')
    await store.close()
    await appendFile(logIn(dir), tail)
    const again = await reopen()
    expect(await again.read(record.id)).toEqual(record)
    const grown = { ...record, revision: 2, size: 9 }
    await again.commit(grown)
    await again.close()
    expect(await (await reopen()).read(record.id)).toEqual(grown)
  })

  test('a session without one whole record was never answered for', async () => {
    const { dir, store, reopen } = await make()
    const record = await put(store, 'abc')
    await store.close()
    await writeFile(logIn(dir), '{"id":')
    const again = await reopen()
    expect(await again.read(record.id)).toBeUndefined()
    expect(await again.removeOrphans('.part', -1000)).toBe(1)
    expect(existsSync(join(dir, record.partial))).toBe(false)
  })

  test('S14 a finish that was cut off after the move goes on', async () => {
    const { store, reopen } = await make()
    const record = await put(store, 'abc')
    const verifying: SessionRecord = { ...record, revision: 2, status: 'verifying' }
    await store.commit(verifying)
    await store.publish(verifying)
    await store.close()
    const again = await reopen()
    expect(await again.read(record.id)).toEqual(verifying)
    await again.publish(verifying)
    expect(await new Response((await again.file({ ...verifying, status: 'complete' }))?.stream()).text()).toBe('abc')
  })

  test('a file that does not have its bytes is not published', async () => {
    const { dir, store } = await make()
    const record = await put(store, 'abc')
    await truncate(join(dir, record.partial), 1)
    await expect(store.publish(record)).rejects.toThrow('has 1 bytes where 3 are committed')
  })
})

describe('what lies about', () => {
  test('S34 partial bytes without a session go after a while; everything else is left alone', async () => {
    const { dir, store } = await make()
    const record = await put(store, 'abc')
    const lost = crypto.randomUUID()
    const young = crypto.randomUUID()
    const names = [`${lost}.part`, `${lost}.part.bin`, `${young}.part`, `${lost}.done`, 'notes.part', `${lost}.txt`]
    for (const name of names) await writeFile(join(dir, 'day', name), 'x')
    const old = new Date(Date.now() - 7_200_000)
    for (const name of names) if (!name.startsWith(young)) await utimes(join(dir, 'day', name), old, old)
    expect(await store.removeOrphans('.part', 3_600_000)).toBe(2)
    expect((await readdir(join(dir, 'day'))).toSorted()).toEqual(
      [`${record.id}.part`, `${young}.part`, `${lost}.done`, 'notes.part', `${lost}.txt`].toSorted(),
    )
  })
})

describe('what is private', () => {
  test("S32 folders and files are nobody else's", async () => {
    const { dir, store } = await make()
    const record = await put(store, 'abc')
    const modes = await Promise.all(
      ['day', record.partial, '.sessions', '.sessions/records.jsonl'].map(
        async (name) => (await stat(join(dir, name))).mode & 0o777,
      ),
    )
    expect(modes).toEqual([0o700, 0o600, 0o700, 0o600])
  })

  test('S32 a planted link is neither followed nor replaced', async () => {
    const { dir, store } = await make()
    const outside = join(await folder(), 'outside.txt')
    await writeFile(outside, 'precious')
    const record = newRecord()
    await mkdir(join(dir, 'day'), { recursive: true })
    await symlink(outside, join(dir, record.partial))
    await expect(store.writer(record)).rejects.toThrow()
    const known = await put(store, 'abc')
    await rm(join(dir, known.partial))
    await symlink(outside, join(dir, known.partial))
    await expect(store.writer(known)).rejects.toThrow()
    await rm(join(dir, known.partial))
    await mkdir(join(dir, known.partial))
    await expect(store.writer(known)).rejects.toThrow()
    const hard = newRecord()
    await link(outside, join(dir, hard.partial))
    await expect(store.writer(hard)).rejects.toThrow()
    expect(await readFile(outside, 'utf8')).toBe('precious')
  })

  test.each(['../outside.part', '/etc/outside.part', 'day/../../outside.part', 'day/\0.part'])(
    'I17 the path %j is never opened',
    async (partial) => {
      const { dir, store } = await make()
      await expect(store.writer(newRecord({ partial }))).rejects.toThrow('outside the store')
      expect(existsSync(join(dir, '..', 'outside.part'))).toBe(false)
    },
  )
})

describe('a folder that cannot be had is refused by name', () => {
  test.each([
    ['a file', 'file', 'EEXIST'],
    ['in a file', 'file/uploads', 'ENOTDIR'],
    ['a link to nothing', 'dangling', 'EEXIST'],
    // Its parent is there, and still it says that something is missing.
    ['where the system makes no folders', '/proc/uploads/of/mine', 'E'],
  ])('%s', async (_name, name, code) => {
    const dir = await folder()
    await writeFile(join(dir, 'file'), '')
    await symlink(join(dir, 'nowhere'), join(dir, 'dangling'))
    const wanted = name.startsWith('/') ? name : join(dir, name)
    const message = `Cannot keep files in the folder ${wanted}: ${code}`
    await expect(diskStore({ dir: wanted }).open()).rejects.toThrow(message)
    await expect(diskStore({ dir, doneDir: wanted }).open()).rejects.toThrow(message)
  })
})

describe('one process per folder', () => {
  test('F08 a folder that a living process has is refused by name, and is free when it ends', async () => {
    const dir = await folder()
    const script = `
      import { diskStore } from '@chunkwise/server/node'
      await diskStore({ dir: ${JSON.stringify(dir)} }).open()
      console.log('open')
      setInterval(() => {}, 1000)`
    const { spawn } = await import('node:child_process')
    const child = spawn(
      process.execPath,
      ['--conditions=@chunkwise/source', '--import', 'tsx', '--input-type=module', '--eval', script],
      { cwd: new URL('../..', import.meta.url).pathname, stdio: ['ignore', 'pipe', 'inherit'] },
    )
    onTestFinished(() => void child.kill('SIGKILL'))
    await new Promise((resolve) => child.stdout.once('data', resolve))
    const store = diskStore({ dir })
    await expect(store.open()).rejects.toThrow(`in use by process ${child.pid}`)
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
    await store.open()
    await store.close()
  }, 30_000)

  test('a claim whose number another process has now is void', async () => {
    const { dir, store, reopen } = await make()
    await store.close()
    await writeFile(join(dir, '.sessions', 'process.json'), `{"pid":1,"started":"1"}`)
    await (await reopen()).close()
  })
})

test('S07 a full disk is told as such, and the session stands as it was', async ({ skip }) => {
  const dir = await folder()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', dir], { stdio: 'ignore' })
  } catch {
    return skip('mounting a small file system needs root')
  }
  onTestFinished(() => void execFileSync('umount', ['-l', dir]))
  const store = await open({ dir })
  const record = await put(store, 'abc')
  const writer = await store.writer(record)
  await expect(writer.write(3, source('x'.repeat(2_000_000)))).rejects.toMatchObject({ code: 'storage-full' })
  await writer.close()
  expect((await stat(join(dir, record.partial))).size).toBe(3)
  const again = await store.writer(record)
  await again.write(3, source('def'))
  await again.commit({ ...record, revision: 2, offset: 6 })
  await again.close()
  expect(await readFile(join(dir, record.partial), 'utf8')).toBe('abcdef')
})

test('S13 a record whose sync fails leaves those before it, whatever letters are in them', async () => {
  const { dir, store, reopen } = await make()
  const record = await put(store, 'abc', { filename: 'ж🎬'.repeat(40) })
  await store.commit({ ...record, revision: 2, filename: 'ж🎬'.repeat(41) })
  const path = logIn(dir)
  const before = await readFile(path, 'utf8')
  const handle = await openFile(path)
  const sync = vi.spyOn(Object.getPrototypeOf(handle), 'datasync').mockRejectedValueOnce(new Error('EIO'))
  await handle.close()
  await expect(store.commit({ ...record, revision: 3 })).rejects.toThrow()
  sync.mockRestore()
  expect(await readFile(path, 'utf8')).toBe(before)
  await store.close()
  expect(await (await reopen()).read(record.id)).toMatchObject({ revision: 2, filename: 'ж🎬'.repeat(41) })
})

describe('the checksum of a small file', () => {
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex')

  test('is known as it comes: the thread has nothing to read', async () => {
    const { dir, store } = await make()
    const record = await put(store, 'abc')
    await writeFile(join(dir, record.partial), 'xyz')
    expect(await store.checksum(record, 'md5')).toBe(md5('abc'))
  })

  test('S18 is of what was committed, however often it was written', async () => {
    const { store } = await make()
    const record = newRecord({ offset: 3 })
    const writer = await store.writer({ ...record, offset: 0 })
    await writer.write(0, source('abcdef'))
    await writer.write(0, source('xyzw'))
    await writer.commit(record)
    await writer.close()
    expect(await store.checksum(record, 'md5')).toBe(md5('xyz'))
  })

  test('S18 is read from the disk once the file has grown, and after a restart', async () => {
    const { store, reopen } = await make()
    const record = await put(store, 'abc')
    const grown = { ...record, revision: 2, offset: 6 }
    const writer = await store.writer(record)
    await writer.write(3, source('def'))
    await writer.commit(grown)
    await writer.close()
    expect(await store.checksum(grown, 'md5')).toBe(md5('abcdef'))
    await store.close()
    expect(await (await reopen()).checksum(grown, 'md5')).toBe(md5('abcdef'))
  })
})

test('the checksum thread keeps up with large files and with many', async () => {
  const { store } = await make()
  const text = 'chunkwise '.repeat(400_000)
  const records = await Promise.all(Array.from({ length: 5 }, () => put(store, text)))
  const expected = createHash('md5').update(text).digest('hex')
  const found = await Promise.all(records.map((record) => store.checksum(record, 'md5')))
  expect(found).toEqual(records.map(() => expected))
})

describe('S18 the checksum of a chunk that was read while it came', () => {
  const text = (letter: string): string => letter.repeat(8 * 1024 ** 2)
  const md5 = (...letters: string[]): string => createHash('md5').update(letters.map(text).join('')).digest('hex')

  /** The thread takes turns: once it is through with a larger file, it is through with the others too. */
  const settled = async (store: UploadStore): Promise<void> => {
    const large = await put(store, text('l') + text('m') + text('n'))
    await store.checksum(large, 'md5')
  }

  test('is of what was committed: of the second writing, then of the second request', async () => {
    const { store } = await make()
    const record = await put(store, '')
    const first = await store.writer(record)
    await first.write(0, source(text('a')))
    await settled(store)
    await first.write(0, source(text('b')))
    const one = { ...record, revision: 2, offset: text('b').length }
    await first.commit(one)
    await first.write(one.offset, source(text('c')))
    await settled(store)
    await first.close()
    expect(await store.checksum(one, 'md5')).toBe(md5('b'))
    const second = await store.writer(one)
    await second.write(one.offset, source(text('d')))
    const two = { ...one, revision: 3, offset: 2 * one.offset }
    await second.commit(two)
    await second.close()
    expect(await store.checksum(two, 'md5')).toBe(md5('b', 'd'))
  })

  test('is ready with the chunk: what is read of the file afterwards does not matter', async () => {
    const { dir, store } = await make()
    const record = newRecord({ offset: text('a').length })
    const writer = await store.writer({ ...record, offset: 0 })
    await writer.write(0, source(text('a')))
    await settled(store)
    await writeFile(join(dir, record.partial), text('b'))
    await writer.commit(record)
    await writer.close()
    expect(await store.checksum(record, 'md5')).toBe(md5('a'))
  })
})

test.each([
  [{ dir: '' }, 'Option dir: expected a folder, got ""'],
  [{ dir: 'x', doneDir: '' }, 'Option doneDir: expected a folder, got ""'],
  [{ dir: 'x', durability: 'fast' }, 'Option durability: expected "strict" or "relaxed", got "fast"'],
])('wrong options %j are refused by name', (options, message) => {
  expect(() => diskStore(options as DiskStoreOptions)).toThrow(new TypeError(message))
})

describe('S07 what is free', () => {
  test('is what the file system says, of the fuller one of two', async () => {
    const dir = await folder()
    const all = async (path: string) => statfs(path).then(({ blocks, bsize }) => blocks * bsize)
    // As above: another file system where there is one.
    const other = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
    const [here, there] = [await all(dir), await all(other)]
    const space = await (await open({ dir })).space?.()
    expect(space?.size).toBe(here)
    expect(space?.free).toBeGreaterThan(0)
    expect(space?.free).toBeLessThanOrEqual(here)
    const doneDir = await mkdtemp(join(other, 'chunkwise-disk-'))
    onTestFinished(() => rm(doneDir, { recursive: true, force: true }))
    const both = await (await open({ dir: await folder(), doneDir })).space?.()
    expect([here, there]).toContain(both?.size)
    expect(both?.free).toBeLessThanOrEqual(there)
  })
})
