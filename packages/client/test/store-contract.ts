import { afterEach, expect, test } from 'vitest'
import type { SessionStore, UploadRecord } from '../src/types.ts'

/** A record with everything in it. */
export function exampleRecord(parts: Partial<UploadRecord> = {}): UploadRecord {
  return {
    version: 1,
    key: '00112233445566778899aabbccddeeff',
    endpoint: 'https://a.test/uploads/',
    protocol: 'drf-chunked-upload',
    owner: 'ada',
    name: 'película 🎬.mp4',
    type: 'video/mp4',
    size: 5 * 1024 ** 3,
    lastModified: 1_700_000_000_000,
    metadata: { album: 'one', __proto__x: 'two' },
    fingerprint: '0011223344556677',
    samples: ['0011223344556677', '8899aabbccddeeff'],
    session: { url: 'https://a.test/uploads/1/', parts: [1, null, { deep: true }] },
    offset: 4 * 1024 ** 3 + 1,
    restarts: 1,
    poisoned: false,
    unanswered: 'last',
    hash: { engine: 'wasm', algorithm: 'md5', position: 64, state: 'AAAA' },
    paused: false,
    resumability: 'copy',
    createdAt: Date.now() - 1000,
    updatedAt: Date.now(),
    ...parts,
  }
}

/** What every store of sessions must do. `open` opens the same store again, as after a reload; `clear` empties it. */
export function storeContract(
  name: string,
  { open, clear, outlives }: { open(): SessionStore; clear(): Promise<void>; outlives: boolean },
): void {
  afterEach(clear)
  const again = (store: SessionStore): SessionStore => (outlives ? open() : store)

  test(`${name}: nothing is there at first, and deleting it is no error`, async () => {
    const store = open()
    expect(await store.list()).toEqual([])
    expect(await store.source('none')).toBeUndefined()
    await store.delete('none')
  })

  test(`${name}: a record comes back as it was put, everything or only what must be in it`, async () => {
    const full = exampleRecord()
    const { samples, session, poisoned, unanswered, hash, ...bare } = exampleRecord({ key: 'bare', metadata: {} })
    const store = open()
    await store.put([full, bare], 'strict')
    const found = await again(store).list()
    expect(found.find(({ key }) => key === full.key)).toEqual(full)
    expect(found.find(({ key }) => key === 'bare')).toEqual(bare)
    expect(found).toHaveLength(2)
  })

  test(`${name}: a later write takes the place of an earlier one, strict or relaxed`, async () => {
    const store = open()
    await store.put([exampleRecord({ offset: 1 })], 'strict')
    await store.put([exampleRecord({ offset: 2 })], 'relaxed')
    await store.put([exampleRecord({ offset: 3, session: undefined })], 'strict')
    expect(await again(store).list()).toEqual([exampleRecord({ offset: 3, session: undefined })].map(timeless))
  })

  test(`${name}: many records go in one write, and none is no error`, async () => {
    const store = open()
    await store.put([], 'relaxed')
    const many = Array.from({ length: 200 }, (_, index) => exampleRecord({ key: `key ${index}` }))
    await store.put(many, 'relaxed')
    expect(await again(store).list()).toHaveLength(200)
  })

  test(`${name}: a kept source comes back, and goes with its record`, async () => {
    const store = open()
    await store.put([exampleRecord({ key: 'one' }), exampleRecord({ key: 'two' })], 'strict')
    await store.keep('one', new File(['abc'], 'a.txt', { type: 'text/plain' }))
    await store.keep('two', new Blob(['defg']))
    await store.put([exampleRecord({ key: 'one', offset: 2 })], 'relaxed')
    const later = again(store)
    expect(await later.list()).toHaveLength(2)
    expect(await textOf(await later.source('one'))).toBe('abc')
    expect(await textOf(await later.source('two'))).toBe('defg')
    await later.delete('one')
    expect(await later.source('one')).toBeUndefined()
    expect((await again(later).list()).map(({ key }) => key)).toEqual(['two'])
  })

  test(`${name}: a source that was just kept goes with its record too`, async () => {
    const store = open()
    await store.put([exampleRecord({ key: 'one' })], 'strict')
    await store.keep('one', new Blob(['abc']))
    await store.delete('one')
    expect(await again(store).source('one')).toBeUndefined()
  })

  test(`${name}: calls at the same time do not disturb each other`, async () => {
    const store = open()
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        await store.put([exampleRecord({ key: `key ${index}` })], index % 2 ? 'strict' : 'relaxed')
        if (index % 4 === 0) await store.delete(`key ${index}`)
      }),
    )
    expect(await again(store).list()).toHaveLength(15)
  })
}

async function textOf(source: Awaited<ReturnType<SessionStore['source']>>): Promise<string | undefined> {
  return source instanceof Blob ? source.text() : undefined
}

// Two examples are made at two times.
const timeless = (record: UploadRecord): UploadRecord => ({
  ...record,
  createdAt: expect.any(Number),
  updatedAt: expect.any(Number),
})
