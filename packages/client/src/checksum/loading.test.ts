import { afterEach, expect, test, vi } from 'vitest'
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
