import { expect, test } from 'vitest'
import { serverStoreContract } from './contract.ts'
import { newRecord } from './fixtures/records.ts'
import { memoryStore } from './memory.ts'

serverStoreContract(async () => ({ store: memoryStore() }))

test('S07 a full memory refuses the bytes and keeps what it has', async () => {
  const store = memoryStore({ limit: 10 })
  const writer = await store.writer(newRecord())
  async function* source() {
    yield new Uint8Array(8)
    yield new Uint8Array(8)
  }
  await expect(writer.write(0, source())).rejects.toMatchObject({ code: 'storage-full' })
  expect(writer.end).toBe(8)
  await writer.close()
  // What was given up is room again.
  const again = await store.writer(newRecord())
  async function* small() {
    yield new Uint8Array(10)
  }
  await again.write(0, small())
  expect(again.end).toBe(10)
})
