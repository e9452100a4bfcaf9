import { expect, test } from 'vitest'
import { createSource } from '../source.ts'
import type { Hasher, Hashing } from '../types.ts'
import { lazyHashing } from './lazy.ts'

const { signal } = new AbortController()
const hasher: Hasher = { position: 0, advance() {}, saved: () => undefined, digest: async () => 'hex', close() {} }
const hashing: Hashing = {
  ready: async () => {},
  open: () => hasher,
  digest: async () => 'hex',
  tellApart: async () => {},
  keepCopy: async () => false,
  source: () => createSource(new Blob()),
  reopen: async () => new File([], 'empty'),
  prove: async () => {},
}
const options = { file: new Blob(), algorithm: 'md5' as const }

test('is loaded once, when it is first asked for', async () => {
  let loads = 0
  const lazy = lazyHashing(async () => {
    loads++
    return hashing
  })
  expect(loads).toBe(0)
  await lazy.ready('md5', signal)
  await lazy.ready('md5', signal)
  expect(lazy.open(options)).toBe(hasher)
  expect(await lazy.source(options.file)).toMatchObject({ size: 0 })
  expect(loads).toBe(1)
})

test('a failed load is a network error, and tried again the next time', async () => {
  let loads = 0
  const lazy = lazyHashing(async () => {
    if (loads++ === 0) throw new TypeError('Failed to fetch')
    return hashing
  })
  await expect(lazy.ready('md5', signal)).rejects.toMatchObject({
    code: 'network',
    message: 'Cannot load the part that reads files: TypeError: Failed to fetch',
  })
  await expect(lazy.ready('md5', signal)).resolves.toBeUndefined()
})
