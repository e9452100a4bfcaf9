import { expect, test, vi } from 'vitest'
import { exampleRecord, storeContract } from '../../test/store-contract.ts'
import { createSource, reopen } from '../source.ts'
import { indexedDbStore } from './indexed-db.ts'

const name = 'chunkwise-contract'

storeContract('indexedDbStore', {
  open: () => indexedDbStore({ name }),
  clear: () =>
    new Promise((resolve, reject) => {
      // The stores of the tests close for it, as for any other version.
      const request = indexedDB.deleteDatabase(name)
      request.onsuccess = () => resolve()
      request.onerror = () => reject(request.error)
    }),
  outlives: true,
})

test('a handle survives, and its file is opened again without a question', async () => {
  const folder = await navigator.storage.getDirectory()
  const handle = await folder.getFileHandle('kept.txt', { create: true })
  const stream = await handle.createWritable()
  await stream.write('kept')
  await stream.close()
  const record = exampleRecord({ key: 'handle' })
  const store = indexedDbStore({ name })
  await store.put([record], 'strict')
  await store.keep('handle', handle)

  const kept = await indexedDbStore({ name }).source('handle')
  if (!kept || kept instanceof Blob) throw new Error('Expected a handle')
  const source = await createSource(await reopen(kept, record, false))
  expect(source).toMatchObject({ name: 'kept.txt', size: 4 })
  expect(await (await source.slice(1, 3)).text()).toBe('ep')
  await folder.removeEntry('kept.txt')
  await expect(reopen(kept, record, false)).rejects.toMatchObject({ code: 'file-gone' })
})

test('a copy survives, can be read in slices, and is called as before', async () => {
  const record = exampleRecord({ key: 'copy', name: 'a.txt', type: 'text/plain', lastModified: 7 })
  const store = indexedDbStore({ name })
  await store.put([record], 'strict')
  await store.keep('copy', new File([new Uint8Array(1_000_000).fill(65)], 'b.txt'))
  const kept = await indexedDbStore({ name }).source('copy')
  if (!(kept instanceof Blob)) throw new Error('Expected a Blob')
  const source = await createSource(await reopen(kept, record, false))
  expect(source).toMatchObject({ name: 'a.txt', type: 'text/plain', lastModified: 7, size: 1_000_000 })
  expect(await (await source.slice(999_998, 1_000_000)).text()).toBe('AA')
})

test('F64 the database is closed when the page is left, and opened again when it comes back', async () => {
  const store = indexedDbStore({ name })
  await store.put([exampleRecord({ key: 'one' })], 'strict')
  const close = vi.spyOn(IDBDatabase.prototype, 'close')
  dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))
  expect(close).toHaveBeenCalledOnce()
  await store.put([exampleRecord({ key: 'two' })], 'strict')
  expect(await store.list()).toHaveLength(2)
  close.mockRestore()
})
