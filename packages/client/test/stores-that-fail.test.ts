import { describe, expect, test } from 'vitest'
import { memoryStore } from '../src/stores/memory.ts'
import type { SessionStore } from '../src/types.ts'
import { bytesOf, C, fileOf, holds, rig } from './rig.ts'

const size = 3 * C
const refuse = (): Promise<never> => Promise.reject(new DOMException('Refused', 'SecurityError'))
const silence = (): Promise<never> => new Promise(() => {})
const thrown = (): never => {
  throw new DOMException('Closed', 'InvalidStateError')
}

const broken = (how: () => Promise<never>): SessionStore => ({
  list: how,
  put: how,
  delete: how,
  source: how,
  keep: how,
})
const full: SessionStore = {
  ...memoryStore(),
  put: () => Promise.reject(new DOMException('Full', 'QuotaExceededError')),
}

describe('a store that fails never fails an upload (I10, F70, F71)', () => {
  test.each<[string, SessionStore, string]>([
    ['refuses everything', broken(refuse), 'Refused'],
    ['throws', broken(thrown), 'Closed'],
    ['never answers', broken(silence), 'The store gave no answer within 10 s'],
    ['is full', full, 'Full'],
  ])(
    'one that %s: the upload arrives, and that it will not outlive the page is told once',
    async (_, store, message) => {
      const around = rig({ store })
      const page = around.open()
      const begun = around.clock.now()
      const uploads = [1, 2, 3].map((seed) => page.uploader.add(fileOf(size, `film ${seed}.mp4`, seed)))
      await around.clock.run(Promise.all(uploads.map(({ finished }) => finished)))
      for (const [index, upload] of uploads.entries())
        expect(await holds(around.server, upload, bytesOf(size, index + 1))).toBe(true)
      expect(page.notices).toMatchObject([{ type: 'not-persistent', cause: { message } }])
      expect(around.clock.now() - begun).toBeLessThanOrEqual(10_000)
      expect(await around.clock.run(page.uploader.restore())).toEqual([])
      expect(around.clock.sleepers()).toBe(0)
    },
  )

  test('one that keeps no files keeps the records', async () => {
    const around = rig({ store: { ...memoryStore(), keep: refuse } })
    const page = around.open()
    around.server.play(['ok', { fault: 'delay', ms: 60_000, on: 'append' }])
    const upload = page.uploader.add(fileOf(size))
    await around.clock.advance(10_000)
    expect(page.notices).toEqual([])
    expect(upload.resumability).toBe('reselect')
    expect(await around.store.list()).toMatchObject([{ offset: C, resumability: 'reselect' }])
  })

  test('one that fails in the midst of it', async () => {
    const store = memoryStore()
    const around = rig({
      store: {
        ...store,
        put: (records, durability) => (around.server.log.length > 1 ? refuse() : store.put(records, durability)),
      },
    })
    const page = around.open()
    const upload = page.uploader.add(fileOf(size))
    await around.clock.run(upload.finished)
    expect(page.notices).toMatchObject([{ type: 'not-persistent' }])
    expect(await holds(around.server, upload, bytesOf(size))).toBe(true)
  })
})

test('without a store nothing is remembered, and nothing is told of it', async () => {
  const around = rig({ page: { store: false } })
  const page = around.open()
  const upload = page.uploader.add(fileOf(size))
  await around.clock.run(upload.finished)
  expect(page.notices).toEqual([])
  expect(around.events.filter((event) => event.startsWith('put'))).toEqual([])
})

test('a store is asked for nothing before the first upload', async () => {
  const { open, events, clock } = rig()
  open()
  await clock.advance(60_000)
  expect(events).toEqual([])
})
