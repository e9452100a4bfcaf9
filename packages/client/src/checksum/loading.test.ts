import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { fakeWorkers } from '../../test/fake-worker.ts'
import { createHashing } from './hashing.ts'
import { loadHere } from './parts.ts'

vi.mock('./parts.ts', { spy: true })

const never = new AbortController().signal
const file = new Blob(['abc'])

afterEach(() => vi.unstubAllGlobals())

test('what cannot be loaded while the network is away is asked for again with the next advance or question', async () => {
  vi.mocked(loadHere).mockRejectedValueOnce(new TypeError('Failed to fetch dynamically imported module'))
  const hashing = createHashing()
  const hasher = hashing.open({ file, algorithm: 'md5' })
  await expect(hasher.digest(never)).rejects.toMatchObject({ code: 'network' })
  hasher.advance(file.size)
  await expect.poll(() => hasher.position, { timeout: 10_000 }).toBe(file.size)
  expect(await hasher.digest(never)).toBe('900150983cd24fb0d6963f7d28e17f72')

  vi.mocked(loadHere).mockRejectedValueOnce(new TypeError('Failed to fetch dynamically imported module'))
  const other = hashing.open({ file, algorithm: 'md5' })
  other.advance(file.size)
  await expect(other.digest(never)).rejects.toMatchObject({ code: 'network' })
  expect(await other.digest(never)).toBe('900150983cd24fb0d6963f7d28e17f72')
})

test('a worker that could not be loaded either is tried again then', async () => {
  const { Worker, opened } = fakeWorkers('fires error', 'works')
  vi.stubGlobal('Worker', Worker)
  vi.mocked(loadHere).mockRejectedValueOnce(new TypeError('Failed to fetch dynamically imported module'))
  const hashing = createHashing()
  await expect(hashing.ready('sha256', never)).rejects.toMatchObject({ code: 'network' })
  await hashing.ready('sha256', never)
  expect(opened).toHaveLength(2)
})

test('a worker that was only late is tried again then too', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { Worker, opened } = fakeWorkers('never answers', 'works')
  vi.stubGlobal('Worker', Worker)
  vi.mocked(loadHere).mockRejectedValueOnce(new TypeError('Failed to fetch dynamically imported module'))
  const hashing = createHashing()
  const unready = hashing.ready('sha256', never)
  vi.advanceTimersByTime(2_000)
  await expect(unready).rejects.toMatchObject({ code: 'network' })
  const ready = hashing.ready('sha256', never)
  await vi.waitUntil(() => opened.length === 2)
  expect(opened).toMatchObject([{ status: 'terminated' }, { status: 'open' }])
  await ready
  expect(opened[1]?.begun).toEqual([0])
})

for (const algorithm of ['md5', 'sha256'] as const) {
  test(`the file that computes ${algorithm} is named when it cannot be loaded`, async () => {
    vi.mocked(loadHere).mockRejectedValueOnce(new TypeError('Importing a module script failed.'))
    const name = algorithm === 'md5' ? 'hash.worker.js' : 'hash-more.worker.js'
    const hasher = createHashing().open({ file, algorithm })
    await expect(hasher.digest(never)).rejects.toMatchObject({
      code: 'network',
      message: `Cannot load ${name}, which computes checksums: no answer came, or it is not served there`,
      cause: new TypeError('Importing a module script failed.'),
    })
  })
}

test('a file is loaded only if one of its engines is needed', async () => {
  vi.mocked(loadHere).mockClear()
  const digest = async (algorithm: 'md5' | 'sha256'): Promise<void> => {
    const hasher = createHashing().open({ file, algorithm })
    hasher.advance(file.size)
    await hasher.digest(never)
  }
  await digest('md5')
  expect(vi.mocked(loadHere).mock.calls).toEqual([['hash', undefined]])
  await digest('sha256')
  expect(vi.mocked(loadHere).mock.calls).toEqual([
    ['hash', undefined],
    ['hash-more', undefined],
  ])
})

test('F82 without WebAssembly md5 waits for the file with the other engine, and asks for it again', async () => {
  vi.stubGlobal('WebAssembly', undefined)
  vi.resetModules()
  const { createHashing: fresh } = await import('./hashing.ts')
  const actual = await vi.importActual<typeof import('./parts.ts')>('./parts.ts')
  vi.mocked(loadHere).mockImplementationOnce(actual.loadHere).mockRejectedValueOnce(new TypeError('Failed to fetch'))
  const hasher = fresh().open({ file, algorithm: 'md5' })
  hasher.advance(file.size)
  await expect(hasher.digest(never)).rejects.toMatchObject({
    code: 'network',
    message: expect.stringContaining('hash-more.worker.js'),
  })
  expect(await hasher.digest(never)).toBe('900150983cd24fb0d6963f7d28e17f72')
  expect(hasher.saved(file.size)?.engine).toBe('script')
})

test('F82 without WebAssembly anywhere sha256 is unavailable, with a message that names the cure', async () => {
  vi.stubGlobal('WebAssembly', undefined)
  vi.resetModules()
  const { createHashing: fresh } = await import('./hashing.ts')
  const hashing = fresh()
  await expect(hashing.ready('sha256', never)).rejects.toMatchObject({
    code: 'checksum-unavailable',
    message: expect.stringContaining("script-src 'wasm-unsafe-eval'"),
  })
  await hashing.ready('md5', never)
  const hasher = hashing.open({ file, algorithm: 'md5' })
  hasher.advance(file.size)
  expect(await hasher.digest(never)).toBe('900150983cd24fb0d6963f7d28e17f72')
  expect(hasher.saved(file.size)?.engine).toBe('script')
})
