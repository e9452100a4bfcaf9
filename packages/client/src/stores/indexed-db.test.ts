import fc from 'fast-check'
import { IDBDatabase, IDBFactory, IDBObjectStore } from 'fake-indexeddb'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { exampleRecord, storeContract } from '../../test/store-contract.ts'
import type { UploadRecord } from '../types.ts'
import { indexedDbStore } from './indexed-db.ts'

const dayMs = 24 * 60 * 60 * 1000

beforeEach(() => void vi.stubGlobal('indexedDB', new IDBFactory()))
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

storeContract('indexedDbStore', { open: () => indexedDbStore(), clear: async () => {}, outlives: true })

/** The database itself, as another release or another page would open it. */
function openRaw(version?: number): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('chunkwise', version)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

async function writeRaw(key: string, value: unknown, store = 'records'): Promise<void> {
  const database = await openRaw()
  const transaction = database.transaction(store, 'readwrite')
  transaction.objectStore(store).put(value, key)
  await new Promise((resolve) => (transaction.oncomplete = resolve))
  database.close()
}

async function rawKeys(store: string): Promise<IDBValidKey[]> {
  const database = await openRaw()
  const request = database.transaction(store).objectStore(store).getAllKeys()
  await new Promise((resolve) => (request.onsuccess = resolve))
  database.close()
  return request.result
}

const keysOf = (records: readonly UploadRecord[]): string[] => records.map(({ key }) => key).toSorted()
const example = (key: string, parts: Partial<UploadRecord> = {}): UploadRecord => exampleRecord({ key, ...parts })

test('nothing is opened before the first use', () => {
  const open = vi.spyOn(indexedDB, 'open')
  indexedDbStore()
  expect(open).not.toHaveBeenCalled()
})

test('F70 a database that never opens is given up after 3 s, and closed if it opens after all', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const close = vi.fn<() => void>()
  const request = { result: { close } }
  vi.stubGlobal('indexedDB', { open: () => request })
  const listing = indexedDbStore().list()
  const refused = expect(listing).rejects.toThrow('Cannot remember uploads in IndexedDB')
  await vi.advanceTimersByTimeAsync(3_000)
  await refused
  Reflect.get(request, 'onsuccess')()
  expect(close).toHaveBeenCalledOnce()
})

test('F70 a refusal, by an exception or an error, rejects and is tried anew the next time', async () => {
  const works = indexedDB
  vi.stubGlobal('indexedDB', undefined)
  const store = indexedDbStore()
  await expect(store.put([example('a')], 'strict')).rejects.toThrow('Cannot remember uploads in IndexedDB')
  const refuse = (): never => {
    throw new DOMException('The operation is insecure.', 'SecurityError')
  }
  vi.stubGlobal('indexedDB', { open: refuse })
  await expect(store.list()).rejects.toThrow('The operation is insecure.')
  vi.stubGlobal('indexedDB', works)
  await store.put([example('a')], 'strict')
  expect(await store.list()).toHaveLength(1)
})

test('F71 when the storage is full, what has expired makes room; then it is said', async () => {
  const store = indexedDbStore()
  await store.put([example('old', { updatedAt: Date.now() - 8 * dayMs }), example('new')], 'strict')
  const full = new DOMException('', 'QuotaExceededError')
  const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementationOnce(() => {
    throw full
  })
  await store.put([example('third')], 'strict')
  expect(await rawKeys('records')).toEqual(['new', 'third'])
  put.mockImplementation(() => {
    throw full
  })
  await expect(store.put([example('fourth')], 'strict')).rejects.toThrow(
    'Cannot remember uploads in IndexedDB: the storage of this site is full',
  )
  await expect(store.keep('new', new Blob(['x']))).rejects.toThrow('Cannot remember uploads in IndexedDB: the storage')
  put.mockRestore()
  expect(keysOf(await store.list())).toEqual(['new', 'third'])
})

test('a browser that refuses to keep a file without a word gets a word', async () => {
  const store = indexedDbStore()
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
    throw null
  })
  await expect(store.keep('new', new Blob(['x']))).rejects.toThrow('the browser gave no reason')
})

test('F73 another version of the database is let in, and the next use opens anew', async () => {
  const store = indexedDbStore()
  await store.put([example('a')], 'strict')
  const newer = await openRaw(2)
  await expect(store.put([example('b')], 'strict')).rejects.toThrow('Cannot remember uploads in IndexedDB')
  newer.close()
  vi.stubGlobal('indexedDB', new IDBFactory())
  await store.put([example('c')], 'strict')
  expect(keysOf(await store.list())).toEqual(['c'])
})

test('F89 a record of the first release, as it lies in people’s browsers, is still read', async () => {
  const now = Date.now()
  // Never to be edited: a release that reads it no longer needs a migration.
  const stored = {
    ...{ version: 1, key: '6f1c6c1f2ab04a7f9d3f0c9d8a3b2e10', endpoint: 'https://files.example/api/uploads/' },
    ...{ protocol: 'drf-chunked-upload', owner: '', name: 'film.mp4', type: 'video/mp4', size: 262144 },
    ...{ lastModified: 1690000000000, metadata: {}, resumability: 'reselect', paused: false },
    fingerprint: '[{"name":"film.mp4","type":"video/mp4","size":262144},"https://files.example/api/uploads/",""]',
    ...{ samples: ['5b0cf3c1a7d4e290'], offset: 131072, restarts: 0, unanswered: 'chunk' },
    session: { url: 'https://files.example/api/uploads/0d1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d/' },
    hash: { engine: 'wasm', algorithm: 'md5', position: 131072, state: 'AAAA' },
    ...{ createdAt: now - dayMs, updatedAt: now - dayMs },
  }
  await indexedDbStore().put([], 'relaxed')
  await writeRaw(stored.key, stored)
  expect(await indexedDbStore().list()).toEqual([stored])
})

test('F74 a lost connection is opened once more', async () => {
  const store = indexedDbStore()
  await store.put([example('a')], 'strict')
  const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction')
  for (const name of ['InvalidStateError', 'UnknownError']) {
    transaction.mockImplementationOnce(() => {
      throw new DOMException('Connection lost', name)
    })
    expect(await store.list()).toHaveLength(1)
  }
  transaction.mockImplementation(() => {
    throw new DOMException('Connection lost', 'InvalidStateError')
  })
  await expect(store.list()).rejects.toThrow('Connection lost')
  expect(transaction).toHaveBeenCalledTimes(2 + 4 + 2)
})

test('F75 a record that cannot be believed is ignored and deleted, with its file', async () => {
  const store = indexedDbStore()
  await store.put([example('good')], 'strict')
  await writeRaw('bad', { ...example('bad'), offset: '12' })
  await writeRaw('elsewhere', example('good'))
  await writeRaw('text', 'what?')
  await store.keep('bad', new Blob(['x']))
  expect(keysOf(await store.list())).toEqual(['good'])
  expect(await rawKeys('records')).toEqual(['good'])
  expect(await rawKeys('sources')).toEqual([])
})

test('F75 whatever lies in the database, listing it gives records only', async () => {
  const names = Object.keys(exampleRecord())
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), fc.anything(), async (name, value) => {
      vi.stubGlobal('indexedDB', new IDBFactory())
      const store = indexedDbStore()
      await store.put([example('good')], 'relaxed')
      try {
        structuredClone(value)
      } catch {
        return
      }
      await writeRaw('other', { ...example('other'), [name]: value })
      const found = await store.list()
      expect(keysOf(found)).toContain('good')
      for (const record of found) {
        expect([record.offset, record.size, record.restarts].every(Number.isSafeInteger)).toBe(true)
        expect(
          [record.key, record.endpoint, record.owner, record.fingerprint].every((text) => typeof text === 'string'),
        ).toBe(true)
      }
    }),
    { numRuns: 200 },
  )
})

test('F89 a record of a later release is neither shown nor deleted, nor is its file', async () => {
  const store = indexedDbStore()
  await store.put([example('good')], 'strict')
  await writeRaw('later', { version: 2, key: 'later', anything: true })
  await store.keep('later', new Blob(['x']))
  expect(keysOf(await store.list())).toEqual(['good'])
  expect(await rawKeys('records')).toEqual(['good', 'later'])
  expect(await rawKeys('sources')).toEqual(['later'])
})

test('F76 what was not written to for seven days, or as long as is said, goes with the next look', async () => {
  const now = Date.now()
  const week = indexedDbStore()
  await week.put(
    [example('old', { updatedAt: now - 7 * dayMs - 1 }), example('young', { updatedAt: now - 6 * dayMs })],
    'strict',
  )
  await week.keep('old', new Blob(['x']))
  expect(keysOf(await week.list())).toEqual(['young'])
  expect(await rawKeys('sources')).toEqual([])
  expect(await indexedDbStore({ expireAfterMs: dayMs }).list()).toEqual([])
})

test('F76 of more than 1 000 records the oldest go with the next look', async () => {
  const now = Date.now()
  const store = indexedDbStore()
  const many = Array.from({ length: 1_000 }, (_, index) => example(`key ${index}`, { updatedAt: now - 10_000 + index }))
  await store.put(many, 'relaxed')
  await store.put([example('key 5', { updatedAt: now }), example('one more'), example('two more')], 'relaxed')
  expect(await store.list()).toHaveLength(1_000)
  const left = await rawKeys('records')
  expect(left).toHaveLength(1_000)
  expect(left).not.toContain('key 0')
  expect(left).not.toContain('key 1')
  expect(left).toContain('key 5')
})

test('F77 a write is as durable as it is said to be', async () => {
  const store = indexedDbStore()
  const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction')
  await store.put([example('a')], 'strict')
  expect(transaction).toHaveBeenCalledWith('records', 'readwrite', { durability: 'strict' })
  transaction.mockClear()
  await store.put([example('a')], 'relaxed')
  expect(transaction).toHaveBeenCalledWith('records', 'readwrite', { durability: 'relaxed' })
})

test('a write of a record does not touch its file', async () => {
  const store = indexedDbStore()
  await store.put([example('a')], 'strict')
  await store.keep('a', new Blob(['x']))
  const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction')
  await store.put([example('a', { offset: 9 })], 'relaxed')
  expect(transaction.mock.calls.flat()).not.toContain('sources')
})

test('what is kept as a file but is none is deleted', async () => {
  const store = indexedDbStore()
  await store.put([example('a')], 'strict')
  await writeRaw('a', { nothing: true }, 'sources')
  expect(await store.source('a')).toBeUndefined()
  expect(await rawKeys('sources')).toEqual([])
})
