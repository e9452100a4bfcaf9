import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { bytesOf, C, fileOf, holds, reached, rig } from '../test/rig.ts'
import { createHashing } from './checksum/hashing.ts'
import { UploadError } from './errors.ts'
import type { Upload } from './upload.ts'

const size = 2 * C
const many = (count: number): File[] =>
  Array.from({ length: count }, (_, index) => fileOf(size, `film ${index}.mp4`, index + 1))
const names = (uploads: readonly Upload[]): string[] => uploads.map(({ name }) => name)
const working = (uploads: readonly Upload[]): number =>
  uploads.filter(
    (upload) => !['queued', 'paused', 'completed', 'failed', 'cancelled', 'idle'].includes(upload.getState().status),
  ).length

describe('the queue', () => {
  test.each([1, 2, 3])(
    'no more than %d are at work at once, in the order in which they were added',
    async (concurrency) => {
      const { open, clock, server } = rig()
      const { uploader } = open({ concurrency })
      const uploads = many(7).map((file) => uploader.add(file))
      const ended: string[] = []
      let most = 0
      for (const upload of uploads) {
        upload.subscribe(({ status }) => {
          most = Math.max(most, working(uploads))
          if (status === 'completed') ended.push(upload.name)
        })
      }
      await clock.run(Promise.all(uploads.map(({ finished }) => finished)))
      expect(most).toBe(concurrency)
      if (concurrency === 1) expect(ended).toEqual(names(uploads))
      for (const [index, upload] of uploads.entries())
        expect(await holds(server, upload, bytesOf(size, index + 1))).toBe(true)
    },
  )

  test('three at once unless told', async () => {
    const { open, clock } = rig({ script: [{ fault: 'delay', ms: 10_000, times: 9 }] })
    const { uploader } = open()
    const uploads = many(5).map((file) => uploader.add(file))
    await clock.advance(1000)
    expect(working(uploads)).toBe(3)
  })

  test('what waits keeps its slot; what is paused, failed or ended gives it to the next', async () => {
    const { open, clock, server } = rig({ script: [{ fault: 'drop', times: 2 }] })
    const { uploader } = open({ concurrency: 1 })
    const [first, second] = many(2).map((file) => uploader.add(file))
    if (!first || !second) throw new Error('No uploads')
    await clock.run(reached(first, 'waiting'))
    expect(second.getState().status).toBe('queued')
    first.pause()
    await clock.run(second.finished)
    first.resume()
    await clock.run(first.finished)
    expect(await server.sessions()).toHaveLength(2)
  })

  test('of a line longer than a store keeps, the rest is remembered as it begins', async () => {
    const { open, clock, store } = rig({ script: [{ fault: 'delay', ms: 60_000, times: 2 }] })
    const { uploader } = open({ concurrency: 1 })
    const small = Array.from({ length: 1_003 }, (_, index) => fileOf(1, `${index}.txt`, index))
    const [first, ...more] = small.map((file) => uploader.add(file))
    const last = more.at(-1)
    if (!first || !last) throw new Error('No uploads')
    const remembered = async (): Promise<string[]> => (await store.list()).map(({ name }) => name)
    await clock.advance(1_000)
    expect(await remembered()).toHaveLength(1_000)
    uploader.move(last, 0)
    first.pause()
    await clock.advance(1_000)
    expect(last.getState().status).toBe('creating')
    expect(await remembered()).toContain('1002.txt')
  })

  test('an upload may be moved in it: 0 goes first, and what lies beyond the end goes last', async () => {
    const { open, clock } = rig()
    const { uploader } = open({ concurrency: 1, autoStart: false })
    const uploads = many(4).map((file) => uploader.add(file))
    const order: string[] = []
    for (const upload of uploads) {
      upload.subscribe(({ status }) => status === 'preparing' && order.push(upload.name))
      upload.start()
    }
    const [first, , , last] = uploads
    if (!first || !last) throw new Error('No uploads')
    uploader.move(last, 0)
    uploader.move(first, 99)
    expect(names(uploader.getState().uploads)).toEqual(['film 3.mp4', 'film 1.mp4', 'film 2.mp4', 'film 0.mp4'])
    await clock.run(Promise.all(uploads.map(({ finished }) => finished)))
    expect(order).toEqual(['film 3.mp4', 'film 1.mp4', 'film 2.mp4', 'film 0.mp4'])
  })

  test('all of it is paused and resumed; what somebody else has paused is not resumed', async () => {
    const { open, clock, server } = rig({ script: [{ fault: 'status', status: 401 }] })
    const { uploader } = open()
    const uploads = many(5).map((file) => uploader.add(file))
    const [first] = uploads
    if (!first) throw new Error('No uploads')
    await clock.run(reached(first, 'paused'))
    uploader.pauseAll()
    const asked = server.log.length
    await clock.advance(3_600_000)
    expect(server.log).toHaveLength(asked)
    uploader.resumeAll()
    await clock.advance(60_000)
    expect(first.getState()).toMatchObject({ status: 'paused', reason: 'auth' })
    expect(uploads.slice(1).every((upload) => upload.getState().status === 'completed')).toBe(true)
  })
})

describe('adding', () => {
  test('the same file twice is one upload, until it has ended', async () => {
    const { open, clock, server } = rig()
    const { uploader } = open()
    const file = fileOf(size)
    const upload = uploader.add(file)
    expect(uploader.add(file)).toBe(upload)
    // Another object for the same file, as a second choice of it gives.
    expect(uploader.add(fileOf(size))).toBe(upload)
    await clock.run(upload.finished)
    expect(uploader.getState().uploads).toEqual([upload])
    expect(await server.sessions()).toHaveLength(1)
    const again = uploader.add(file)
    expect(again).not.toBe(upload)
    await clock.run(again.finished)
    expect(await server.sessions()).toHaveLength(2)
  })

  test('a file alike that cannot be compared becomes an upload of its own', async () => {
    const { open, clock } = rig()
    const ready = () => Promise.reject(new UploadError('network', 'Cannot load the part that reads files'))
    const { uploader } = open({ hashing: { ...createHashing(), ready } })
    const [first, second] = [fileOf(size), fileOf(size)]
    expect(uploader.add(second)).toBe(uploader.add(first))
    await clock.advance(1)
    expect(uploader.getState().uploads).toHaveLength(2)
  })

  test('another file of the same name, size and date becomes an upload of its own', async () => {
    const { open, clock, server } = rig()
    const { uploader } = open()
    const upload = uploader.add(fileOf(size))
    uploader.add(fileOf(size, 'film.mp4', 2))
    await clock.run(upload.finished)
    await clock.advance(60_000)
    const uploads = uploader.getState().uploads
    expect(uploads).toHaveLength(2)
    expect(uploads[0]).toBe(upload)
    for (const [index, each] of uploads.entries())
      expect(await holds(server, each, bytesOf(size, index + 1))).toBe(true)
  })

  test.each([
    [{ accept: 'image/*' }, 'file-type', 'Cannot upload "film.mp4": expected image/*, got video/mp4'],
    [
      { minSize: size + 1 },
      'file-too-small',
      `Cannot upload "film.mp4": expected at least ${size + 1} bytes, got ${size}`,
    ],
    [
      { maxSize: size - 1 },
      'file-too-large',
      `Cannot upload "film.mp4": expected at most ${size - 1} bytes, got ${size}`,
    ],
  ])(
    'a file that %j refuses is an upload that has failed, with its reason; nothing is sent',
    async (restrictions, code, message) => {
      const { open, clock, server, store } = rig()
      const { uploader } = open(restrictions)
      const upload = uploader.add(fileOf(size))
      expect(upload.getState()).toMatchObject({ status: 'failed', error: { code, message } })
      await expect(upload.finished).rejects.toMatchObject({ code })
      upload.retry()
      await clock.advance(60_000)
      expect(upload.getState().status).toBe('failed')
      expect(server.log).toEqual([])
      expect(await store.list()).toEqual([])
    },
  )

  test('the file of a handle is looked at when it is opened', async () => {
    const { open, clock, server } = rig()
    const handle = {
      kind: 'file',
      name: 'film.mp4',
      getFile: () => Promise.resolve(fileOf(size)),
    } as FileSystemFileHandle
    const upload = open({ maxSize: 10 }).uploader.add(handle)
    await clock.run(reached(upload, 'failed'))
    expect(upload.getState()).toMatchObject({ error: { code: 'file-too-large' } })
    expect(server.log).toEqual([])
  })

  test('no more files at a time than are allowed, and the third of fifty does not stop the rest', async () => {
    const { open, clock } = rig()
    const { uploader } = open({ maxFiles: 2, maxSize: size })
    const uploads = [
      fileOf(size, 'a', 1),
      fileOf(size + 1, 'too large', 2),
      fileOf(size, 'b', 3),
      fileOf(size, 'c', 4),
    ].map((file) => uploader.add(file))
    expect(uploads.map((upload) => upload.getState().status)).toEqual(['queued', 'failed', 'queued', 'failed'])
    expect(uploads[3]?.getState()).toMatchObject({ error: { code: 'too-many-files' } })
    await clock.run(Promise.all([uploads[0]?.finished, uploads[2]?.finished]))
    expect(uploader.add(fileOf(size, 'd', 5)).getState().status).toBe('queued')
  })

  test.each([undefined, null, 'film.mp4', {}, [new File([], 'a')]])(
    '%j is no file: a TypeError that says so',
    (value) => {
      const { open } = rig()
      // Plain JavaScript may pass anything.
      expect(() => open().uploader.add(value as File)).toThrow(
        /^Cannot add: expected a File, Blob or FileSystemFileHandle, got /,
      )
    },
  )

  test('the app’s own facts of a file go with it', async () => {
    const { open, clock, server } = rig()
    const metadata = vi.fn<(file: File) => Record<string, string>>(({ name }) => ({
      album: '7',
      title: name.toUpperCase(),
    }))
    const upload = open({ metadata }).uploader.add(fileOf(size))
    await clock.run(upload.finished)
    expect(metadata).toHaveBeenCalledOnce()
    expect(await server.sessions()).toMatchObject([{ metadata: { album: '7', title: 'FILM.MP4' } }])
  })
})

describe('the state of all', () => {
  test('adds up what each is at', async () => {
    const { open, clock } = rig({
      script: [
        { fault: 'ok', on: 'create', times: 2 },
        { fault: 'delay', ms: 20_000, on: 'append', times: 2 },
      ],
    })
    const { uploader } = open({ concurrency: 2, maxSize: size })
    const uploads = many(3).map((file) => uploader.add(file))
    uploader.add(fileOf(size + 1))
    await clock.advance(1000)
    const state = uploader.getState()
    expect(state).toMatchObject({ offset: 2 * C, count: { uploading: 2, queued: 1, failed: 1 } })
    expect(state.size).toBeGreaterThanOrEqual(3 * size)
    expect(state.sent).toBeGreaterThanOrEqual(state.offset)
    await clock.run(Promise.all(uploads.map(({ finished }) => finished)))
    expect(uploader.getState()).toMatchObject({ offset: 3 * size, count: { completed: 3 } })
  })

  test('is one value until something changes', async () => {
    const { open, clock } = rig()
    const { uploader } = open()
    const empty = uploader.getState()
    expect(uploader.getState()).toBe(empty)
    expect(empty).toMatchObject({ uploads: [], size: 0, offset: 0, speed: undefined, timeLeft: undefined })
    const upload = uploader.add(fileOf(size))
    expect(uploader.getState()).not.toBe(empty)
    await clock.run(upload.finished)
  })

  test('has another list only if the list is another', async () => {
    const { open, clock } = rig()
    const { uploader } = open()
    const none = uploader.getState().uploads
    const [one, other] = many(2).map((file) => uploader.add(file))
    if (!one || !other) throw new Error('No uploads')
    const both = uploader.getState().uploads
    expect(both).not.toBe(none)
    await clock.run(Promise.all([one.finished, other.finished]))
    expect(uploader.getState().uploads).toBe(both)
    uploader.move(other, 0)
    const moved = uploader.getState().uploads
    expect(moved).toEqual([other, one])
    uploader.remove(one)
    expect(uploader.getState().uploads).toEqual([other])
    expect(moved).toEqual([other, one])
  })

  test('speed and the time left are told from confirmed bytes, once they are known (F23)', async () => {
    const { open, clock } = rig({ script: [{ fault: 'delay', ms: 1000, times: 4 }] })
    const { uploader } = open()
    const upload = uploader.add(fileOf(4 * C))
    await clock.run(reached(upload, ({ offset }) => offset === C))
    expect(upload.getState()).toMatchObject({ speed: undefined, timeLeft: undefined })
    await clock.run(reached(upload, ({ offset }) => offset === 3 * C))
    expect(upload.getState()).toMatchObject({ speed: C, timeLeft: 1 })
    expect(uploader.getState()).toMatchObject({ speed: C, timeLeft: 1 })
  })

  test('is told to who listens, not for each change, until they leave', async () => {
    const { open, clock } = rig()
    const { uploader } = open()
    const told: number[] = []
    const leave = uploader.subscribe(({ uploads }) => told.push(uploads.length))
    const uploads = many(20).map((file) => uploader.add(file))
    await vi.waitFor(() => expect(told.length).toBeGreaterThan(0))
    expect(told[0]).toBe(20)
    leave()
    const before = told.length
    await clock.run(Promise.all(uploads.map(({ finished }) => finished)))
    await new Promise((resolve) => setImmediate(resolve))
    expect(told).toHaveLength(before)
  })

  test.each([
    [10, 16],
    [1_000, 36],
  ])('of %d uploads it is told again after %d ms', (count, ms) => {
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const { uploader } = rig().open({ autoStart: false, store: false })
    const uploads = Array.from({ length: count }, (_, index) => uploader.add(new File(['a'], `${index}.txt`)))
    vi.runAllTimers()
    const told = vi.fn<() => void>()
    uploader.subscribe(told)
    for (const upload of uploads.slice(0, 2)) uploader.move(upload, 1)
    vi.advanceTimersByTime(ms - 1)
    expect(told).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(told).toHaveBeenCalledOnce()
  })

  test('an upload that has ended may be taken off the list; one under way may not', async () => {
    const { open, clock } = rig()
    const { uploader } = open()
    const upload = uploader.add(fileOf(size))
    uploader.remove(upload)
    expect(uploader.getState().uploads).toEqual([upload])
    await clock.run(upload.finished)
    uploader.remove(upload)
    expect(uploader.getState().uploads).toEqual([])
  })
})

test('a page that only creates an uploader does nothing', async () => {
  const { open, clock, events } = rig()
  open()
  await clock.advance(60_000)
  expect(events).toEqual([])
  expect(clock.sleepers()).toBe(0)
})
