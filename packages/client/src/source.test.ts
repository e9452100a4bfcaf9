import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ErrorCode, UploadError } from './errors.ts'
import type { Source } from './types.ts'

// Whether copies are sent is remembered for the page, so each test has a page of its own.
let createSource: (input: File | Blob | FileSystemFileHandle) => Promise<Source>
let reopen: typeof import('./source.ts').reopen
let errorOf: (code: ErrorCode) => UploadError

beforeEach(async () => {
  vi.resetModules()
  ;({ createSource, reopen } = await import('./source.ts'))
  const errors = await import('./errors.ts')
  errorOf = (code) => new errors.UploadError(code, 'Cannot append')
})
afterEach(() => vi.unstubAllGlobals())

const file = new File(['0123456789'], 'ten.txt', { type: 'text/plain', lastModified: 7 })
const facts = { name: 'ten.txt', type: 'text/plain', size: 10, lastModified: 7 }
const failing =
  (name: string): (() => Promise<never>) =>
  () =>
    Promise.reject(new DOMException('No', name))

/** A file that fails to be read, whole and in slices. */
function unreadable(name: string, options: FilePropertyBag = {}): File {
  const broken = new File(['0123456789'], 'photos', options)
  broken.arrayBuffer = failing(name)
  broken.slice = () => Object.assign(new Blob(['0']), { arrayBuffer: failing(name) })
  return broken
}

test('all of a file is the file itself, for which a browser need not make another Blob', async () => {
  const whole = new File(['0123456789'], 'ten.txt', { type: 'text/plain' })
  expect(await (await createSource(whole)).slice(0, 10)).toBe(whole)
})

test('a source has the facts of its file, and slices that are the file’s own', async () => {
  const source = await createSource(file)
  expect(source).toMatchObject(facts)
  const slice = await source.slice(2, 5)
  expect(slice.type).toBe('text/plain')
  expect(await slice.text()).toBe('234')
})

test('F47 bytes without a name are called "file"', async () => {
  expect(await createSource(new Blob(['abc'], { type: 'image/png' }))).toMatchObject({
    ...{ name: 'file', type: 'image/png', size: 3, lastModified: 0 },
  })
  expect((await createSource(new File([], ''))).name).toBe('file')
})

test('F40 what may be the file’s fault is looked into, and is the file’s own error where it cannot be read', async () => {
  const [sound, broken] = [await createSource(file), await createSource(unreadable('NotFoundError'))]
  for (const code of ['network', 'timeout', 'malformed', 'server'] as const) {
    const error = errorOf(code)
    expect(await sound.suspect(error, 2)).toBe(error)
    const found = await broken.suspect(error, 2)
    if (code === 'server') expect(found).toBe(error)
    else expect(found).toMatchObject({ code: 'file-gone' })
  }
})

test('F36 after one hang a page sends copies in memory, for every file; WebKit does from the start', async () => {
  const read = vi.fn<() => Promise<ArrayBuffer>>(() => Promise.resolve(new ArrayBuffer(3)))
  const watched = new File(['0123456789'], 'ten.txt')
  watched.slice = () => Object.assign(new Blob(['abc']), { arrayBuffer: read })
  const [one, other] = [await createSource(watched), await createSource(watched)]
  await one.slice(0, 3)
  expect(read).not.toHaveBeenCalled()
  await other.suspect(errorOf('timeout'), 0)
  read.mockClear()
  const copy = await one.slice(0, 3)
  expect(copy).toBeInstanceOf(Blob)
  expect(copy.size).toBe(3)
  expect(read).toHaveBeenCalledOnce()

  vi.resetModules()
  vi.stubGlobal('navigator', { vendor: 'Apple Computer, Inc.' })
  const fresh = await import('./source.ts')
  await (await fresh.createSource(watched)).slice(0, 3)
  expect(read).toHaveBeenCalledTimes(2)
})

test('F40 F41 a copy that cannot be read says what became of the file', async () => {
  vi.stubGlobal('navigator', { vendor: 'Apple Computer, Inc.' })
  const codes = { NotFoundError: 'file-gone', NotReadableError: 'file-changed', AbortError: 'file-unreadable' }
  for (const [name, code] of Object.entries(codes)) {
    await expect((await createSource(unreadable(name))).slice(0, 3)).rejects.toMatchObject({ code })
  }
})

test('F49 a slice of another length than was asked for is an error', async () => {
  const short = new File(['0123456789'], 'ten.txt')
  short.slice = () => new Blob(['ab'])
  const source = await createSource(short)
  await expect(source.slice(0, 3)).rejects.toMatchObject({ code: 'file-changed' })
  await source.suspect(errorOf('timeout'), 0)
  await expect(source.slice(0, 3)).rejects.toMatchObject({ code: 'file-changed' })
})

test('F40 F41 a probe reads one byte and says what became of the file', async () => {
  const source = await createSource(file)
  for (const offset of [0, 9, 10, 1e15]) await source.probe(offset)
  await (await createSource(new File([], 'empty'))).probe(0)
  const typed = { type: 'image/png' }
  await expect((await createSource(unreadable('NotFoundError', typed))).probe(0)).rejects.toMatchObject({
    code: 'file-gone',
  })
  await expect((await createSource(unreadable('NotReadableError', typed))).probe(0)).rejects.toMatchObject({
    code: 'file-changed',
  })
})

test('a handle gives its file, and stays with it', async () => {
  const handle = fakeHandle({})
  const source = await createSource(handle)
  expect(source).toMatchObject(facts)
  expect(source.handle).toBe(handle)
  const gone = fakeHandle({ getFile: failing('NotFoundError') })
  await expect(createSource(gone)).rejects.toMatchObject({
    code: 'file-gone',
    message: expect.stringContaining('"ten.txt"'),
  })
  await expect(createSource(fakeHandle({ getFile: failing('NotAllowedError') }))).rejects.toMatchObject({
    code: 'file-unreadable',
  })
  const directory = fakeHandle({ kind: 'directory', name: 'photos' })
  Reflect.deleteProperty(directory, 'getFile')
  await expect(createSource(directory)).rejects.toMatchObject({ code: 'is-directory' })
})

test('a kept copy is a file again, with the name and date it had', async () => {
  const reopened = await reopen(new Blob(['0123456789']), facts, false)
  expect(reopened).toBeInstanceOf(File)
  expect(reopened).toMatchObject(facts)
  expect(await reopened.text()).toBe('0123456789')
})

test('a kept handle is opened if it may be, and the person is asked only after a click', async () => {
  const ask = vi.fn<() => Promise<PermissionState>>(() => Promise.resolve('granted'))
  const closed = fakeHandle({ queryPermission: () => Promise.resolve('prompt'), requestPermission: ask })
  await expect(reopen(closed, facts, false)).rejects.toMatchObject({ code: 'file-needed' })
  expect(ask).not.toHaveBeenCalled()
  expect(await reopen(closed, facts, true)).toBe(file)
  ask.mockResolvedValueOnce('denied')
  await expect(reopen(closed, facts, true)).rejects.toMatchObject({ code: 'file-needed' })
  ask.mockRejectedValueOnce(new DOMException('No click', 'SecurityError'))
  await expect(reopen(closed, facts, true)).rejects.toMatchObject({ code: 'file-needed' })
  const open = fakeHandle({ queryPermission: () => Promise.resolve('granted'), requestPermission: failing('Never') })
  expect(await reopen(open, facts, false)).toBe(file)
  expect(await reopen(fakeHandle({}), facts, false)).toBe(file)
})

function fakeHandle(parts: object): FileSystemFileHandle {
  const handle = { kind: 'file', name: 'ten.txt', getFile: () => Promise.resolve(file), ...parts }
  // Only what the source uses of it.
  return handle as unknown as FileSystemFileHandle
}
