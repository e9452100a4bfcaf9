import { createHash, randomBytes } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { createHashing } from './hashing.ts'
import { keepLately, takeLately } from './lately.ts'
import { samplesOf } from './samples.ts'

const never = new AbortController().signal

test('a small file that was just read is hashed without reading it again, but for who asks what it is now', async () => {
  const data = randomBytes(10_000)
  const file = new File([data], 'a.bin')
  const md5 = createHash('md5').update(data).digest('hex')
  const slice = vi.spyOn(file, 'slice')
  for (const _ of [1, 2]) {
    await samplesOf(file, never)
    slice.mockClear()
    const hasher = createHashing().open({ file, algorithm: 'md5' })
    hasher.advance(10_000)
    expect(await hasher.digest(never)).toBe(md5)
    hasher.close()
    expect(slice).not.toHaveBeenCalled()
  }
  await samplesOf(file, never)
  slice.mockClear()
  expect(await createHashing().digest({ file, algorithm: 'md5' }, never)).toBe(md5)
  expect(slice).toHaveBeenCalled()
})

test('of a larger file nothing is kept', async () => {
  const file = new Blob([randomBytes(20_000)])
  await samplesOf(file, never)
  expect(takeLately(file)).toBeUndefined()
})

test('only what was read last is kept, and given once', () => {
  const files = Array.from({ length: 9 }, () => new Blob(['a']))
  for (const file of files) keepLately(file, new ArrayBuffer(1))
  expect(files.map((file) => takeLately(file) !== undefined)).toEqual([false, ...Array<boolean>(8).fill(true)])
  expect(files.map(takeLately)).toEqual(Array(9).fill(undefined))
})
