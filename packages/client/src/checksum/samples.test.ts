import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { digest64, samplesOf } from './samples.ts'

const never = new AbortController().signal
const KiB = 1024

test('the digest never changes: records of every release depend on it', () => {
  const counting = Uint8Array.from({ length: 16 * KiB }, (_, index) => index * 7)
  expect([digest64(new Uint8Array()), digest64(new TextEncoder().encode('abc')), digest64(counting)]).toEqual([
    'f1d727ea4d3cfadf',
    'a27bdbad3af91280',
    '4779b12b95e825be',
  ])
})

test('one bit more or less, anywhere, is another digest', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 400 }), fc.nat(), fc.nat(7), (bytes, place, bit) => {
      const other = bytes.slice()
      const at = place % bytes.length
      other[at] = (other[at] ?? 0) ^ (1 << bit)
      expect(digest64(other)).not.toBe(digest64(bytes))
      expect(digest64(bytes.subarray(0, -1))).not.toBe(digest64(bytes))
    }),
    { numRuns: 2_000 },
  )
})

test('digests of similar bytes spread over all 64 bits', () => {
  const digests = Array.from({ length: 50_000 }, (_, index) => digest64(Uint8Array.of(index, index >> 8, 0, 0)))
  expect(new Set(digests).size).toBe(50_000)
  for (let place = 0; place < 16; place += 1) {
    const digits = new Map<string, number>()
    for (const digest of digests) digits.set(digest.charAt(place), (digits.get(digest.charAt(place)) ?? 0) + 1)
    for (const count of digits.values()) expect(Math.abs(count - 3125)).toBeLessThan(400)
    expect(digits.size).toBe(16)
  }
})

test('F42 a small file is covered whole, in blocks of 16 KiB', async () => {
  for (const [size, count] of [
    [0, 0],
    [1, 1],
    [16 * KiB, 1],
    [16 * KiB + 1, 2],
    [256 * KiB, 16],
  ] as const) {
    expect(await samplesOf(new Blob([new Uint8Array(size)]), never)).toHaveLength(count)
  }
  const bytes = new Uint8Array(randomBytes(70 * KiB))
  const samples = await samplesOf(new Blob([bytes]), never)
  for (const at of [0, 16 * KiB, 50 * KiB, 70 * KiB - 1]) {
    const other = bytes.slice()
    other[at] = (other[at] ?? 0) ^ 1
    expect(await samplesOf(new Blob([other]), never)).not.toEqual(samples)
  }
})

test('F42 F44 a large file is read at 16 places, first and last among them, and nowhere else', async () => {
  for (const size of [256 * KiB + 1, 5 * 1024 ** 3, Number.MAX_SAFE_INTEGER]) {
    const { file, read } = sparse(size)
    expect(await samplesOf(file, never)).toHaveLength(16)
    expect(read).toHaveLength(16)
    expect(read[0]).toEqual([0, 16 * KiB])
    expect(read.at(-1)).toEqual([size - 16 * KiB, size])
    for (const [start, end] of read) expect(end - start).toBe(16 * KiB)
    expect(read.map(([start]) => start).toSorted((a, b) => a - b)).toEqual(read.map(([start]) => start))
  }
})

test('taking samples ends with the signal', async () => {
  await expect(samplesOf(new Blob(['abc']), AbortSignal.abort(new Error('paused')))).rejects.toThrow('paused')
})

test('F48 what cannot be read from the start and has no type is a directory; what could be read once is not', async () => {
  const failing = () => Promise.reject(new DOMException('No', 'NotFoundError'))
  const unreadable = { arrayBuffer: failing, slice: () => Object.assign(new Blob(['0']), { arrayBuffer: failing }) }
  const folder = Object.assign(new File(['0123456789'], 'photos'), unreadable)
  await expect(samplesOf(folder, never)).rejects.toMatchObject({
    ...{ code: 'is-directory', message: 'Cannot upload "photos": it is a folder, or it cannot be read; choose files' },
  })
  const empty = Object.assign(new File([], 'photos.txt', { type: 'text/plain' }), { arrayBuffer: failing })
  await expect(samplesOf(empty, never)).rejects.toMatchObject({ code: 'is-directory' })
  const typed = Object.assign(new File(['0123456789'], 'a.png', { type: 'image/png' }), unreadable)
  await expect(samplesOf(typed, never)).rejects.toMatchObject({ code: 'file-gone' })
  const once = new File(['0123456789'], 'notes')
  await samplesOf(once, never)
  Object.assign(once, unreadable)
  await expect(samplesOf(once, never)).rejects.toMatchObject({ code: 'file-gone' })
})

/** A file of any size, of zeros, that tells where it was read. */
function sparse(size: number): { readonly file: Blob; readonly read: [number, number][] } {
  const read: [number, number][] = []
  const file = new Blob([])
  Object.defineProperty(file, 'size', { value: size })
  file.slice = (start = 0, end = size) => {
    read.push([start, end])
    return new Blob([new Uint8Array(end - start)])
  }
  return { file, read }
}
