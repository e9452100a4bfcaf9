import { createHash, randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { fakeWorkers, type FakeWorkers, type Temper } from '../../test/fake-worker.ts'
import type { Hasher, Hashing } from '../types.ts'
import { createHashing, hashingOfPage } from './hashing.ts'

const never = new AbortController().signal
const MiB = 1024 ** 2
const data = new Uint8Array(randomBytes(2 * MiB))
const file = new Blob([data])
const md5 = createHash('md5').update(data).digest('hex')
const sha256 = createHash('sha256').update(data).digest('hex')

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] }))
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

function rig(...tempers: Temper[]): { readonly hashing: Hashing; readonly opened: FakeWorkers['opened'] } {
  const { Worker, opened } = fakeWorkers(...tempers)
  vi.stubGlobal('Worker', Worker)
  return { hashing: createHashing(), opened }
}

async function digestOf(hasher: Hasher): Promise<string> {
  hasher.advance(data.length)
  return hasher.digest(never)
}

test('nothing is opened before the first hash', async () => {
  const { hashing, opened } = rig('works')
  await hashing.ready('md5', never)
  expect(opened).toHaveLength(0)
  hashing.open({ file, algorithm: 'md5' })
  expect(opened).toHaveLength(1)
})

for (const [algorithm, hex, part] of [
  ['md5', md5, 'hash'],
  ['sha256', sha256, 'hash-more'],
] as const) {
  test(`one worker hashes all files with ${algorithm}, each by itself, and is ended after the last`, async () => {
    const { hashing, opened } = rig('works')
    const hashers = [0, 1, 2, 3].map(() => hashing.open({ file, algorithm }))
    const last = hashing.open({ file, algorithm })
    expect(await Promise.all(hashers.map(digestOf))).toEqual([hex, hex, hex, hex])
    expect(await digestOf(last)).toBe(hex)
    for (const hasher of hashers) hasher.close()
    vi.advanceTimersByTime(60_000)
    await settled()
    expect(opened).toMatchObject([{ part, status: 'open' }])
    last.close()
    vi.advanceTimersByTime(60_000)
    await settled()
    expect(opened).toMatchObject([{ part, status: 'terminated' }])
    expect(vi.getTimerCount()).toBe(0)
  })
}

test('another algorithm has a worker of its own, and both end after the last file', async () => {
  const { hashing, opened } = rig('works')
  const hashers = [hashing.open({ file, algorithm: 'md5' }), hashing.open({ file, algorithm: 'sha256' })]
  expect(await Promise.all(hashers.map(digestOf))).toEqual([md5, sha256])
  expect(opened.map(({ part }) => part).toSorted()).toEqual(['hash', 'hash-more'])
  for (const hasher of hashers) hasher.close()
  vi.advanceTimersByTime(60_000)
  await settled()
  expect(opened).toMatchObject([{ status: 'terminated' }, { status: 'terminated' }])
})

test('a page is told that it can compute sha256 after that was done once, in the worker that stays for it', async () => {
  const { hashing, opened } = rig('works')
  await hashing.ready('sha256', never)
  expect(opened).toMatchObject([{ part: 'hash-more', begun: [0] }])
  expect(await digestOf(hashing.open({ file, algorithm: 'sha256' }))).toBe(sha256)
  expect(opened).toHaveLength(1)
})

test('all uploaders of a page share one worker', async () => {
  const { opened } = rig('works')
  const hashers = [0, 1].map(() => hashingOfPage({}).open({ file, algorithm: 'md5' }))
  expect(await Promise.all(hashers.map(digestOf))).toEqual([md5, md5])
  expect(opened).toHaveLength(1)
  expect(hashingOfPage({ workerUrl: '/hash.worker.js' })).not.toBe(hashingOfPage({}))
})

test('the next file in a row finds the worker still there, and is not robbed of it', async () => {
  const { hashing, opened } = rig('works')
  for (let index = 0; index < 3; index += 1) {
    const hasher = hashing.open({ file, algorithm: 'md5' })
    await reach(hasher, 1000)
    vi.advanceTimersByTime(5_000)
    expect(await digestOf(hasher)).toBe(md5)
    hasher.close()
    vi.advanceTimersByTime(500)
    await settled()
  }
  expect(opened).toHaveLength(1)
})

for (const temper of ['fires error', 'throws'] as const) {
  test(`F81 a worker that ${temper} is replaced by the page's own thread, and not tried again`, async () => {
    const { hashing, opened } = rig(temper)
    for (const [algorithm, hex] of [
      ['md5', md5],
      ['sha256', sha256],
      ['md5', md5],
      ['sha256', sha256],
    ] as const) {
      const hasher = hashing.open({ file, algorithm })
      expect(await digestOf(hasher)).toBe(hex)
      hasher.close()
      vi.advanceTimersByTime(60_000)
      await settled()
    }
    expect(opened.map(({ part }) => part)).toEqual(['hash', 'hash-more'])
  })
}

test('F81 a file waits 2 s for a worker that is silent, then the page computes, and the next does not wait', async () => {
  const { hashing, opened } = rig('never answers')
  const hashers = [hashing.open({ file, algorithm: 'md5' })]
  let done = false
  const digest = hashers.map(digestOf)[0]?.finally(() => (done = true))
  vi.advanceTimersByTime(1_999)
  await settled()
  expect(done).toBe(false)
  vi.advanceTimersByTime(1)
  expect(await digest).toBe(md5)
  hashers.push(hashing.open({ file, algorithm: 'md5' }))
  vi.advanceTimersByTime(0)
  expect(await Promise.all(hashers.map(digestOf))).toEqual([md5, md5])
  expect(opened).toMatchObject([{ status: 'open' }])

  for (const hasher of hashers) hasher.close()
  vi.advanceTimersByTime(60_000)
  await settled()
  expect(opened).toMatchObject([{ status: 'terminated' }])
  expect(await digestOf(hashing.open({ file, algorithm: 'md5' }))).toBe(md5)
  expect(opened).toHaveLength(1)
})

test('a worker that a slow network brings late is there for the next file', async () => {
  const { hashing, opened } = rig('answers late')
  const digest = digestOf(hashing.open({ file, algorithm: 'md5' }))
  vi.advanceTimersByTime(2_000)
  expect(await digest).toBe(md5)
  vi.advanceTimersByTime(3_000)
  await settled()
  expect(await digestOf(hashing.open({ file, algorithm: 'md5' }))).toBe(md5)
  expect(opened).toMatchObject([{ begun: [0] }])
})

test('F82 a worker without WebAssembly computes md5 by script; sha256 is computed where it can be', async () => {
  const { hashing, opened } = rig('works without wasm')
  const hasher = hashing.open({ file, algorithm: 'md5' })
  expect(await digestOf(hasher)).toBe(md5)
  expect(hasher.saved(data.length)?.engine).toBe('script')
  await hashing.ready('sha256', never)
  expect(await digestOf(hashing.open({ file, algorithm: 'sha256' }))).toBe(sha256)
  expect(opened).toMatchObject([
    { part: 'hash', begun: [] },
    { part: 'hash-more', begun: [0] },
  ])
})

test('F83 a worker that dies is opened once more and goes on from the newest state; then the page computes', async () => {
  const { hashing, opened } = rig('works')
  const hasher = hashing.open({ file, algorithm: 'md5' })
  await reach(hasher, 1000)
  opened[0]?.crash()
  await reach(hasher, 5000)
  expect(opened.map(({ begun }) => begun)).toEqual([[0], [1000]])
  opened[1]?.crash()
  expect(await digestOf(hasher)).toBe(md5)
  expect(opened).toHaveLength(2)
  expect(hasher.saved(1000)?.position).toBe(1000)
})

test('F83 a worker that was killed without a word is noticed by its silence', async () => {
  const { hashing, opened } = rig('works')
  const hasher = hashing.open({ file, algorithm: 'md5' })
  await reach(hasher, 1000)
  opened[0]?.fallSilent()
  vi.advanceTimersByTime(600_000)
  await settled()
  expect(opened).toHaveLength(1)
  const digest = digestOf(hasher)
  vi.advanceTimersByTime(10_000)
  await settled()
  expect(opened).toHaveLength(1)
  vi.advanceTimersByTime(10_000)
  expect(await digest).toBe(md5)
  expect(opened.map(({ begun }) => begun)).toEqual([[0], [1000]])
})

test('a worker that only waits for a slow file is asked, answers, and is left alone', async () => {
  const { hashing, opened } = rig('works')
  const slow = new Blob([data])
  slow.slice = () => {
    const slice = new Blob([data])
    slice.stream = () => new ReadableStream()
    return slice
  }
  const hasher = hashing.open({ file: slow, algorithm: 'md5' })
  hasher.advance(1000)
  await settled()
  for (let tick = 0; tick < 5; tick += 1) {
    vi.advanceTimersByTime(10_000)
    await settled()
  }
  expect(opened).toMatchObject([{ status: 'open' }])
})

test('an unproven file stays so over the death of a worker', async () => {
  const { hashing, opened } = rig('works')
  const first = hashing.open({ file, algorithm: 'md5' })
  await reach(first, 3000)
  const other = data.slice()
  other[2000] = (other[2000] ?? 0) ^ 1
  const saved = first.saved(3000)
  const hasher = hashing.open({ file: new Blob([other]), algorithm: 'md5', saved, trusted: false })
  await reach(hasher, 1000)
  opened[0]?.crash()
  await settled()
  await settled()
  expect(opened[1]?.begun.toSorted()).toEqual([1000, 3000])
  await expect(digestOf(hasher)).rejects.toMatchObject({ code: 'file-mismatch' })
})

test('read errors come through the worker with their code', async () => {
  const { hashing } = rig('works')
  const gone = new Blob([data])
  gone.slice = () => {
    const slice = new Blob([data])
    const fail = (): never => {
      throw new DOMException('The file is gone', 'NotFoundError')
    }
    slice.stream = () => new ReadableStream({ pull: fail })
    slice.arrayBuffer = async () => fail()
    return slice
  }
  await expect(digestOf(hashing.open({ file: gone, algorithm: 'md5' }))).rejects.toMatchObject({ code: 'file-gone' })
})

async function reach(hasher: Hasher, position: number): Promise<void> {
  hasher.advance(position)
  await vi.waitUntil(() => hasher.position === position, { timeout: 10_000, interval: 1 })
}

/** Lets everything happen that needs no timer. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
