import { expect, test } from 'vitest'
import { ledgerOf } from './ledger.ts'
import { resolveLimits } from './limits.ts'
import { createRoom } from './room.ts'
import { memoryStore } from './stores/memory.ts'

test('a disk is measured again after a second, and before that only for who wants more than was left', async () => {
  const clock = { now: 0 }
  let asked = 0
  const store = {
    ...memoryStore(),
    async space() {
      asked += 1
      return { free: 1000, size: 10_000 }
    },
  }
  const ledger = ledgerOf(store)
  const room = createRoom(store, ledger, 100, () => clock.now)
  const take = async (bytes: number): Promise<number> => {
    const id = crypto.randomUUID()
    const space = await room.measure(id, bytes)
    await ledger.take({ id, account: '', bytes, stored: 0, space }, resolveLimits({}))
    // What is there already takes nothing more.
    expect(await room.measure(id, bytes)).toBeUndefined()
    return asked
  }
  expect(await take(300)).toBe(1)
  clock.now = 999
  expect(await take(300)).toBe(1)
  clock.now = 1000
  expect(await take(100)).toBe(2)
  await expect(take(201)).rejects.toMatchObject({ code: 'storage-full' })
  expect(asked).toBe(3)
  expect(await room.measure('new', 0)).toBeUndefined()
  expect(await room.measure('new', 200)).toEqual({ spare: 200, promised: 700 })
  expect(asked).toBe(3)
})
