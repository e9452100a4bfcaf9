import { beginPace } from './chunk-size.ts'
import { createFakeClock } from '@chunkwise/testing'
import { describe, expect, test, vi } from 'vitest'
import { bytesIn, smallHashing, SmallFile } from '../test/model/small-file.ts'
import { sumOf } from '../test/model/sum.ts'
import { UploadError } from './errors.ts'
import { holdFile, type FileSurroundings, type HeldFile, type Take } from './held-file.ts'
import type { Found } from './machine.ts'
import { createKeys } from './keys.ts'
import { createJournal } from './persist.ts'
import { memoryStore } from './stores/memory.ts'
import type { Hasher, HashOptions, UploadRecord } from './types.ts'

const { signal } = new AbortController()
const content = Uint8Array.from({ length: 40 }, (_, index) => index)
const content0 = content.map(() => 0)
const film = (bytes = content): SmallFile => new SmallFile(bytes)

function rig(more: Partial<FileSurroundings> = {}) {
  const clock = createFakeClock()
  const store = memoryStore()
  const real = smallHashing(sumOf, () => 0)
  const opened: HashOptions[] = []
  const hashing = {
    ...real,
    open(options: HashOptions): Hasher {
      opened.push(options)
      return real.open(options)
    },
  }
  const around: FileSurroundings = {
    ...{ endpoint: 'https://files.example/', owner: '', checksum: 'md5', clock, hashing },
    ...{ accept: undefined, minSize: 0, maxSize: Infinity },
    journal: createJournal(store, () => {}, clock),
    newKey: createKeys(),
    metadata: ({ name }) => ({ name }),
    recall: () => Promise.resolve([]),
    isFree: () => true,
    claim: () => true,
    copies: { file: Infinity, total: Infinity },
    store,
    way: { pace: beginPace('auto'), whole: 0 },
    ...more,
  }
  const hold = (input: SmallFile): HeldFile => holdFile({ input }, around, () => {})
  return { around, store, opened, hold }
}

const take = (fresh = false): Take => vi.fn<Take>(() => Promise.resolve(fresh))

async function proven(held: HeldFile, taking = take()): Promise<Found | undefined> {
  let found: Found | undefined
  await held.prove(await held.open(signal), taking, signal, (told) => (found = told))
  return found
}

const among =
  (...records: readonly UploadRecord[]): FileSurroundings['recall'] =>
  () =>
    Promise.resolve(records)

async function recordOf(held: HeldFile): Promise<UploadRecord> {
  await proven(held)
  const rest = {
    endpoint: 'https://files.example/',
    protocol: 'drf',
    owner: '',
    restarts: 0,
    paused: false,
    updatedAt: 0,
  }
  return { version: 1, ...rest, ...held.record(0), session: { url: '1' }, offset: 20 }
}

test('each upload has a key of its own, and each creation after a session was given up one of its own', () => {
  const { hold } = rig()
  const [one, other] = [hold(film()), hold(film())]
  expect(one.known.key).toMatch(/^[0-9a-f]{32}\.1$/)
  expect(one.known.key).not.toBe(other.known.key)
  expect(one.describe(0).key).toBe(one.known.key)
  expect(one.describe(2).key).toBe(`${one.known.key}-2`)
})

test('the server is told what the file is, and what the app says of it', async () => {
  const held = rig().hold(film())
  await proven(held)
  expect(held.describe(0)).toMatchObject({
    name: 'film.mp4',
    type: 'video/mp4',
    size: 40,
    metadata: { name: 'film.mp4' },
    checksum: undefined,
  })
})

describe('an earlier visit’s record', () => {
  test('is gone on from, under its own key; what was remembered of this one is dropped', async () => {
    const first = rig()
    const record = await recordOf(first.hold(film()))
    const another = { ...record, key: 'another', samples: ['other content'] }
    const { hold, store } = rig({ recall: among({ ...another, fingerprint: 'another file' }, another, record) })
    const held = hold(film())
    expect(await proven(held)).toBe(record)
    expect(held.known.key).toBe(record.key)
    expect(await store.list()).toEqual([])
  })

  test('is left alone if another upload of this page has taken it meanwhile', async () => {
    const record = await recordOf(rig().hold(film()))
    const held = rig({ recall: among(record), claim: () => false }).hold(film())
    expect(await proven(held)).toBeUndefined()
    expect(held.known.key).not.toBe(record.key)
  })

  test('is not half taken: who is stopped while it is looked for has recognised nothing, and will again', async () => {
    const record = await recordOf(rig().hold(film()))
    const stop = new AbortController()
    const claim = vi.fn<FileSurroundings['claim']>(() => true)
    const recall = (): Promise<readonly UploadRecord[]> => {
      stop.abort(new Error('paused'))
      return Promise.resolve([record])
    }
    const held = rig({ recall, claim }).hold(film())
    const onProven = vi.fn<() => void>()
    await expect(held.prove(await held.open(signal), take(), stop.signal, onProven)).rejects.toThrow('paused')
    expect(onProven).not.toHaveBeenCalled()
    expect(claim).not.toHaveBeenCalled()
    expect(held.known.key).not.toBe(record.key)
    expect(await proven(held)).toBe(record)
  })
})

describe('an upload that another tab may have (F67)', () => {
  test('is taken by what the file is called and holds: the same in all tabs, whether it is new there or remembered', async () => {
    const { hold, around } = rig()
    const first = take()
    const record = await recordOf(hold(film()))
    await proven(hold(film()), first)
    const again = take()
    const restored = holdFile({ record }, around, () => {})
    restored.take(film())
    await proven(restored, again)
    const [content] = vi.mocked(first).mock.calls[0] ?? []
    expect(content).toBe(JSON.stringify([record.fingerprint, record.samples]))
    expect(vi.mocked(again).mock.calls).toEqual([[content]])
    const other = take()
    await proven(hold(film(content0)), other)
    expect(vi.mocked(other).mock.calls).not.toEqual([[content]])
  })

  test('is looked up again once that tab has let go: its session, and how far it has hashed', async () => {
    const { hold, around } = rig()
    const record = await recordOf(hold(film()))
    const hash = { engine: 'wasm', algorithm: 'md5', position: 20, state: '' } as const
    const newer = { ...record, session: { url: '2' }, hash }
    const recall = vi.fn<FileSurroundings['recall']>(among(newer))
    const held = holdFile({ record }, { ...around, recall }, () => {})
    held.take(film())
    expect(await proven(held)).toBeUndefined()
    expect(recall).not.toHaveBeenCalled()
    expect(await proven(held, take(true))).toBe(newer)
    expect(recall.mock.calls).toEqual([[true]])
    expect(held.record(20).hash).toBe(hash)
  })
})

describe('the hash', () => {
  test('goes on after a rest where it was, in the same file (design 3.3)', async () => {
    const { hold, opened } = rig()
    const held = hold(film())
    await proven(held)
    held.hasher(await held.open(signal))?.advance(24)
    held.rest(24)
    held.hasher(await held.open(signal))
    expect(opened.map(({ saved, trusted }) => [saved?.position, trusted])).toEqual([
      [undefined, false],
      [24, true],
    ])
  })

  test('begins anew, and compares, in a file of another date', async () => {
    const record = {
      ...(await recordOf(rig().hold(film()))),
      lastModified: 7,
      hash: { engine: 'wasm', algorithm: 'md5', position: 20, state: 'x' } as const,
    }
    const { around, opened } = rig()
    const held = holdFile({ record }, around, () => {})
    held.take(film())
    await proven(held)
    held.hasher(await held.open(signal))
    expect(opened.map(({ saved, trusted }) => [saved?.position, trusted])).toEqual([[20, false]])
  })

  test('of a file that changed under us proves nothing', async () => {
    const { hold } = rig()
    const held = hold(film())
    await proven(held)
    held.hasher(await held.open(signal))?.advance(24)
    held.rest(24)
    held.release(new UploadError('file-changed', 'Changed'))
    expect(held.record(24).hash).toBeUndefined()
    await expect(held.open(signal)).rejects.toMatchObject({ code: 'file-needed' })
  })

  test('is not opened where nobody compares it', async () => {
    const held = rig({ checksum: undefined }).hold(film())
    await proven(held)
    expect(held.hasher(await held.open(signal))).toBeUndefined()
  })

  test('may be made once more, from the first byte', async () => {
    const held = rig().hold(film())
    const source = await held.open(signal)
    expect(await held.rehash(source, signal)).toBe(sumOf(bytesIn(source.file)))
  })
})

test('a file that was begun is compared, by size and samples', async () => {
  const record = await recordOf(rig().hold(film()))
  const held = holdFile({ record }, rig().around, () => {})
  held.take(film(content.slice(1)))
  await expect(proven(held)).rejects.toMatchObject({
    code: 'file-mismatch',
    message: /has 40 bytes where this one has 39/,
  })
  held.take(film(content.with(5, 99)))
  await expect(proven(held)).rejects.toMatchObject({ code: 'file-mismatch', message: /contents differ/ })
  held.take(film())
  expect(await proven(held)).toBeUndefined()
  expect(held.known.key).toBe(record.key)
})

test('a file that the restrictions refuse is not opened', async () => {
  const held = rig({ maxSize: 39 }).hold(film())
  await expect(held.open(signal)).rejects.toMatchObject({ code: 'file-too-large' })
})
