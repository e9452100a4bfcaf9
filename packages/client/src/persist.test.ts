import { createFakeClock, settle } from '@chunkwise/testing'
import { expect, test, vi } from 'vitest'
import { exampleRecord } from '../test/store-contract.ts'
import { createJournal } from './persist.ts'
import { memoryStore } from './stores/memory.ts'
import type { SessionStore, UploadRecord } from './types.ts'

const one = exampleRecord({ key: 'one', offset: 1 })
const two = exampleRecord({ key: 'two' })

/** A store whose writes end when they are told to. */
function slowStore() {
  const store = memoryStore()
  const writes: { readonly keys: string[]; readonly durability: string; end(): Promise<void> }[] = []
  const slow: SessionStore = {
    ...store,
    put: (records, durability) =>
      new Promise((resolve) => {
        const end = (): Promise<void> => store.put(records, durability).then(resolve)
        writes.push({ keys: records.map(({ key, offset }) => `${key} ${offset}`), durability, end })
      }),
  }
  return { slow, store, writes }
}
const opened = (store: SessionStore | undefined, onBroken: (cause: unknown) => void = () => {}) => {
  const clock = createFakeClock()
  return { clock, journal: createJournal(store, onBroken, clock) }
}

test('what is written in one turn is one write, strict if any of it is', async () => {
  const { slow, writes } = slowStore()
  const { journal } = opened(slow)
  void journal.write(one, 'relaxed')
  void journal.write(two, 'strict')
  await settle()
  expect(writes).toMatchObject([{ keys: ['one 1', `two ${two.offset}`], durability: 'strict' }])
})

test('what comes while a write is under way goes together in the next one, the newest of each', async () => {
  const { slow, store, writes } = slowStore()
  const { journal } = opened(slow)
  const done: string[] = []
  void journal.write(one, 'relaxed').then(() => done.push('first'))
  await settle()
  void journal.write({ ...one, offset: 2 }, 'relaxed').then(() => done.push('second'))
  void journal.write({ ...one, offset: 3 }, 'relaxed').then(() => done.push('third'))
  await writes[0]?.end()
  await settle()
  expect(done).toEqual(['first'])
  expect(writes.map(({ keys }) => keys)).toEqual([['one 1'], ['one 3']])
  await writes[1]?.end()
  await settle()
  expect(done).toEqual(['first', 'second', 'third'])
  expect(await store.list()).toMatchObject([{ offset: 3 }])
})

test('what is forgotten does not come back by a write that was under way or about to be', async () => {
  const { slow, store, writes } = slowStore()
  const { journal } = opened(slow)
  void journal.write(one, 'relaxed')
  await settle()
  void journal.write({ ...one, offset: 2 }, 'relaxed')
  const forgotten = journal.forget('one')
  await writes[0]?.end()
  await settle()
  await writes[1]?.end()
  await forgotten
  expect(await store.list()).toEqual([])
})

test('the first failure is told, and ends all writing', async () => {
  const store = memoryStore()
  const put = vi.fn<(records: readonly UploadRecord[]) => Promise<void>>(() => Promise.reject(new Error('Full')))
  const onBroken = vi.fn<(cause: unknown) => void>()
  const { journal } = opened({ ...store, put }, onBroken)
  await Promise.all([journal.write(one, 'strict'), journal.write(two, 'strict')])
  await journal.write(one, 'strict')
  await journal.forget('one')
  expect(put).toHaveBeenCalledOnce()
  expect(onBroken).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: 'Full' }))
  expect(await journal.list()).toEqual([])
  expect(await journal.source('one')).toBeUndefined()
  expect(await journal.keep('one', new Blob())).toBe(false)
})

test('a store that never answers is taken for one that refuses, after 10 s (F70)', async () => {
  const onBroken = vi.fn<(cause: unknown) => void>()
  const { journal, clock } = opened({ ...memoryStore(), put: () => new Promise(() => {}) }, onBroken)
  let written = false
  void journal.write(one, 'strict').then(() => (written = true))
  await clock.advance(9_999)
  expect(written).toBe(false)
  await clock.advance(1)
  expect(written).toBe(true)
  expect(onBroken).toHaveBeenCalledOnce()
  expect(clock.sleepers()).toBe(0)
})

test('a store that answers leaves no timer behind', async () => {
  const { journal, clock } = opened(memoryStore())
  await journal.write(one, 'strict')
  await journal.list()
  expect(clock.sleepers()).toBe(0)
})

test('a file that cannot be kept says nothing of the records', async () => {
  const onBroken = vi.fn<(cause: unknown) => void>()
  const { journal } = opened({ ...memoryStore(), keep: () => Promise.reject(new Error('No Blobs here')) }, onBroken)
  expect(await journal.keep('one', new Blob())).toBe(false)
  await journal.write(one, 'strict')
  expect(await journal.list()).toEqual([one])
  expect(onBroken).not.toHaveBeenCalled()
})

test('without a store nothing is remembered, and nothing is told', async () => {
  const onBroken = vi.fn<(cause: unknown) => void>()
  const { journal } = opened(undefined, onBroken)
  await journal.write(one, 'strict')
  expect(await journal.list()).toEqual([])
  expect(onBroken).not.toHaveBeenCalled()
})
