import { describe, expect, test, vi } from 'vitest'
import { drfChunkedUpload } from '../src/protocols/drf-chunked-upload.ts'
import type { UploadRecord } from '../src/types.ts'
import type { Upload } from '../src/upload.ts'
import { bytesOf, C, fileOf, holds, reached, rig, type Page, type Rig } from './rig.ts'

const size = 4 * C
const range = (index: number): string => `${index * C}-${(index + 1) * C - 1}/${size}`
const create = `create ${range(0)}`
const append = (index: number): string => `append ${range(index)}`

/** Half the file is there, and the page was closed in the midst of the third chunk. */
async function interrupted(
  around: Rig,
  file: Blob | FileSystemFileHandle = fileOf(size),
  afterMs = 100,
): Promise<Page> {
  const { clock, server } = around
  server.play([
    { fault: 'ok', on: 'append' },
    { fault: 'delay', ms: 20_000, on: 'append' },
  ])
  const page = around.open()
  await clock.run(reached(page.uploader.add(file), ({ offset }) => offset === 2 * C))
  await clock.advance(afterMs)
  page.close()
  server.play([])
  return page
}

async function restored(around: Rig, page = around.open()): Promise<Upload> {
  const [upload, ...more] = await around.clock.run(page.uploader.restore())
  expect(more).toEqual([])
  if (!upload) throw new Error('Nothing was restored')
  return upload
}

async function arrived({ server, clock }: Rig, upload: Upload, seed = 1): Promise<void> {
  await clock.run(upload.finished)
  expect(await holds(server, upload, bytesOf(size, seed))).toBe(true)
}

const stayed = (around: Rig): Promise<readonly UploadRecord[]> => around.store.list()
const storyOfOne = [create, append(1), `${append(2)} delay`, 'offset', append(2), append(3), 'complete']

/** A handle to a file, which the browser lets us read only after a click, if `permission` is "prompt". */
function handleOf(file: File, permission: PermissionState = 'granted') {
  const requestPermission = vi.fn<() => Promise<PermissionState>>(() => Promise.resolve('granted'))
  const handle = {
    kind: 'file',
    name: file.name,
    getFile: () => Promise.resolve(file),
    queryPermission: () => Promise.resolve(permission),
    requestPermission,
  }
  // The rest of a handle is for writing.
  return { handle: handle as unknown as FileSystemFileHandle, requestPermission }
}

describe('a file that must be chosen again (F60)', () => {
  test('is paused for it, goes on where the server stands, and no confirmed byte is sent or hashed again', async () => {
    const around = rig()
    await interrupted(around)
    const upload = await restored(around)
    expect(upload.resumability).toBe('reselect')
    expect(upload.getState()).toMatchObject({ status: 'paused', reason: 'file', offset: 2 * C, size })
    expect([upload.name, upload.type, upload.size]).toEqual(['film.mp4', 'video/mp4', size])
    await around.clock.advance(3_600_000)
    expect(around.server.log).toHaveLength(3)
    upload.choose(fileOf(size))
    await arrived(around, upload)
    expect(around.server.story()).toEqual(storyOfOne)
    expect(around.hashes).toEqual([0, 2 * C])
  })

  test.each([
    ['of another size', fileOf(size - 1), /has 262144 bytes where this one has 262143/],
    ['with other bytes under the same name, size and date (F42)', fileOf(size, 'film.mp4', 2), /contents differ/],
  ])('%s is refused with the reason, its record intact; the right one then goes on', async (_, wrong, why) => {
    const around = rig()
    await interrupted(around)
    const upload = await restored(around)
    const before = await stayed(around)
    upload.choose(wrong)
    await around.clock.run(reached(upload, ({ status }) => status === 'preparing'))
    await around.clock.run(reached(upload, 'paused'))
    expect(upload.getState()).toMatchObject({
      ...{
        status: 'paused',
        reason: 'file',
        offset: 2 * C,
        error: { code: 'file-mismatch', message: expect.stringMatching(why) },
      },
    })
    expect(around.server.log).toHaveLength(3)
    expect(await stayed(around)).toMatchObject(before.map(({ updatedAt, ...record }) => record))

    upload.choose(fileOf(size))
    await arrived(around, upload)
    expect(around.server.story()).toEqual(storyOfOne)
  })

  test('may be bytes that never were a file: the person is asked for them at once (F47)', async () => {
    const around = rig()
    await interrupted(around, new Blob([bytesOf(size)]))
    const upload = await restored(around)
    expect(upload).toMatchObject({ name: 'file', resumability: 'reselect' })
    expect(upload.getState()).toMatchObject({ status: 'paused', reason: 'file' })
    upload.choose(new Blob([bytesOf(size)]))
    await arrived(around, upload)
    expect(around.server.story()).toEqual(storyOfOne)
  })

  test('with another date is proven the same, and hashed again beside the sending, not before it (F42, F43)', async () => {
    const around = rig()
    await interrupted(around)
    const upload = await restored(around)
    upload.choose(fileOf(size, 'film.mp4', 1, 1_695_000_000_000))
    await arrived(around, upload)
    expect(around.server.story()).toEqual(storyOfOne)
    expect(around.hashes).toEqual([0, 0])
  })

  test('may differ only where no sample was taken: the hash tells (F42)', async () => {
    const large = 2 * 1024 * 1024
    const around = rig()
    const { clock, server } = around
    server.play([
      { fault: 'ok', on: 'append', times: 15 },
      { fault: 'delay', ms: 20_000, on: 'append' },
    ])
    const page = around.open()
    await clock.run(reached(page.uploader.add(fileOf(large)), ({ offset }) => offset === large / 2))
    await clock.advance(100)
    page.close()
    server.play([])
    const upload = await restored(around)
    const other = bytesOf(large).slice()
    // Between the first sample and the second.
    other[20_000] = (other[20_000] ?? 0) ^ 1
    upload.choose(new File([other], 'film.mp4', { type: 'video/mp4', lastModified: 1 }))
    await clock.run(
      reached(upload, ({ status }) => status === 'paused' || status === 'completed' || status === 'failed'),
    )
    await clock.run(reached(upload, ({ status }) => status !== 'preparing'))
    expect(upload.getState()).toMatchObject({ status: 'paused', reason: 'file', error: { code: 'file-mismatch' } })
  })
})

describe('a file behind a handle', () => {
  test('goes on by itself', async () => {
    const around = rig()
    await interrupted(around, handleOf(fileOf(size)).handle)
    const upload = await restored(around)
    expect(upload.resumability).toBe('handle')
    await arrived(around, upload)
    expect(around.server.story()).toEqual(storyOfOne)
    expect(around.hashes).toEqual([0, 2 * C])
  })

  test('that the browser wants to be asked for goes on after a click', async () => {
    const around = rig()
    const { handle, requestPermission } = handleOf(fileOf(size), 'prompt')
    await interrupted(around, handle)
    const upload = await restored(around)
    await around.clock.run(reached(upload, 'paused'))
    expect(upload.getState()).toMatchObject({ reason: 'file', error: { code: 'file-needed' }, offset: 2 * C })
    expect(requestPermission).not.toHaveBeenCalled()
    upload.resume()
    await arrived(around, upload)
    expect(requestPermission).toHaveBeenCalledOnce()
    expect(around.server.story()).toEqual(storyOfOne)
  })

  test('whose file has changed since is refused', async () => {
    const around = rig()
    const { handle } = handleOf(fileOf(size))
    await interrupted(around, handle)
    handle.getFile = () => Promise.resolve(fileOf(size, 'film.mp4', 2))
    const upload = await restored(around)
    await around.clock.run(reached(upload, 'paused'))
    expect(upload.getState()).toMatchObject({ reason: 'file', error: { code: 'file-mismatch' } })
    expect(around.server.log).toHaveLength(3)
  })
})

describe('a copy of the file', () => {
  test('is kept for what takes longer than 2 s, and goes on by itself', async () => {
    const around = rig()
    await interrupted(around, fileOf(size), 3000)
    const upload = await restored(around)
    expect(upload.resumability).toBe('copy')
    await arrived(around, upload)
    expect(around.server.story()).toEqual(storyOfOne)
    expect(around.hashes).toEqual([0, 2 * C])
    expect(await around.store.source((await around.server.sessions())[0]?.key ?? '')).toBeUndefined()
  })

  test.each([
    ['not for what takes less', {}, 1900],
    ['not of files that are too large for it', { copies: { file: size - 1 } }, 3000],
    ['not beyond what all copies may take', { copies: { total: size - 1 } }, 3000],
    ['not where none are wanted', { copies: { file: 0 } }, 3000],
  ])('%s', async (_, page, ms) => {
    const around = rig({ page })
    await interrupted(around, fileOf(size), ms)
    expect((await restored(around)).resumability).toBe('reselect')
  })
})

describe('what a person paused stays paused', () => {
  test.each([
    ['reselect', fileOf(size), 100],
    ['handle', handleOf(fileOf(size)).handle, 100],
    ['copy', fileOf(size), 3000],
  ] as const)('%s', async (resumability, file, ms) => {
    const around = rig()
    const { clock, server } = around
    server.play([
      { fault: 'ok', on: 'append' },
      { fault: 'delay', ms: 20_000, on: 'append' },
    ])
    const page = around.open()
    const begun = page.uploader.add(file)
    await clock.run(reached(begun, ({ offset }) => offset === 2 * C))
    await clock.advance(ms)
    begun.pause()
    await clock.advance(100)
    page.close()
    server.play([])

    const upload = await restored(around)
    expect(upload.resumability).toBe(resumability)
    expect(upload.getState()).toMatchObject({ status: 'paused', reason: 'user', offset: 2 * C })
    await clock.advance(3_600_000)
    expect(server.log).toHaveLength(3)
    if (resumability === 'reselect') upload.choose(fileOf(size))
    else upload.resume()
    await arrived(around, upload)
    expect(server.story()).toEqual(storyOfOne)
  })
})

describe('restore', () => {
  test('gives everything unfinished in the order in which it was added, files still queued included; what is done is not there (F76)', async () => {
    const around = rig({ script: ['ok', 'ok', 'ok', 'ok', 'ok', { fault: 'delay', ms: 3_600_000, on: 'create' }] })
    const page = around.open({ concurrency: 1 })
    const uploads = [1, 2, 3, 4].map((seed) => page.uploader.add(fileOf(size, `film ${seed}.mp4`, seed)))
    await around.clock.run(Promise.all(uploads.slice(0, 1).map(({ finished }) => finished)))
    await around.clock.advance(1000)
    page.close()
    around.server.play([])
    const next = around.open()
    const found = await around.clock.run(next.uploader.restore())
    expect(found.map(({ name }) => name)).toEqual(['film 2.mp4', 'film 3.mp4', 'film 4.mp4'])
    expect(next.uploader.getState().uploads).toEqual(found)
    for (const [index, upload] of found.entries()) upload.choose(fileOf(size, `film ${index + 2}.mp4`, index + 2))
    for (const [index, upload] of found.entries()) await arrived(around, upload, index + 2)
    expect(await around.server.sessions()).toHaveLength(4)
  })

  test('gives nothing twice', async () => {
    const around = rig()
    await interrupted(around)
    const page = around.open()
    await restored(around, page)
    expect(await around.clock.run(page.uploader.restore())).toEqual([])
    expect(page.uploader.getState().uploads).toHaveLength(1)
  })

  test.each([
    ['another endpoint', { endpoint: 'https://files.example/other/' }],
    ['another owner (F88)', { owner: 'bob' }],
    ['another protocol', { protocol: { ...drfChunkedUpload(), name: 'tus' } }],
  ])('gives nothing of %s, and leaves it alone', async (_, options) => {
    const around = rig()
    await interrupted(around)
    const before = await stayed(around)
    expect(await around.clock.run(around.open(options).uploader.restore())).toEqual([])
    expect(await stayed(around)).toEqual(before)
    expect(await around.clock.run(around.open().uploader.restore())).toHaveLength(1)
  })

  test('a cancelled upload is not there any more, its session neither (F76)', async () => {
    const around = rig()
    await interrupted(around)
    const upload = await restored(around)
    expect(await around.clock.run(upload.cancel())).toBe(true)
    expect(await stayed(around)).toEqual([])
    expect(await around.server.sessions()).toEqual([])
  })

  test('one whose session has expired meanwhile begins again, and says so (F79)', async () => {
    const around = rig()
    await interrupted(around)
    await around.server.expire()
    const page = around.open()
    const upload = await restored(around, page)
    upload.choose(fileOf(size))
    await arrived(around, upload)
    expect(page.notices).toMatchObject([{ type: 'restarted', from: 2 * C }])
  })
})

describe('adding a file again', () => {
  test('that has a record goes on from it by itself', async () => {
    const around = rig()
    await interrupted(around)
    const upload = around.open().uploader.add(fileOf(size))
    await arrived(around, upload)
    expect(around.server.story()).toEqual(storyOfOne)
    expect(around.hashes).toEqual([0, 2 * C])
    expect(await stayed(around)).toEqual([])
  })

  test('that has a record, and is paused just when that is looked for, goes on from it all the same', async () => {
    const around = rig()
    await interrupted(around)
    const [begun] = await stayed(around)
    const put = vi.spyOn(around.store, 'put')
    const list = around.store.list.bind(around.store)
    vi.spyOn(around.store, 'list').mockImplementationOnce(() => {
      upload.pause()
      return list()
    })
    const upload = around.open().uploader.add(fileOf(size))
    await around.clock.run(reached(upload, 'paused'))
    await around.clock.advance(1000)
    upload.resume()
    await arrived(around, upload)
    expect(around.server.story()).toEqual(storyOfOne)
    // Not for a moment is the record without its session.
    const written = put.mock.calls.flatMap(([records]) => records).filter(({ key }) => key === begun?.key)
    expect(written.length).toBeGreaterThan(0)
    expect(written.every(({ session }) => session !== undefined)).toBe(true)
  })

  test('that a restored upload waits for is that upload', async () => {
    const around = rig()
    await interrupted(around)
    const page = around.open()
    const upload = await restored(around, page)
    expect(page.uploader.add(fileOf(size))).toBe(upload)
    await arrived(around, upload)
    expect(around.server.story()).toEqual(storyOfOne)
  })

  test('with other content under the same name, size and date is a second upload, and leaves the record alone (F42)', async () => {
    const around = rig()
    await interrupted(around)
    const before = await stayed(around)
    const upload = around.open().uploader.add(fileOf(size, 'film.mp4', 2))
    await arrived(around, upload, 2)
    expect(await around.server.sessions()).toHaveLength(2)
    expect(await stayed(around)).toEqual(before)
    await arrived(around, around.open().uploader.add(fileOf(size)))
    expect(await around.server.sessions()).toHaveLength(2)
  })

  test('in two uploads at once: one goes on from the record, the other is its own', async () => {
    const around = rig()
    await interrupted(around)
    const page = around.open()
    // Blobs have no name or date to be known by before they are opened.
    const [one, other] = [page.uploader.add(fileOf(size)), page.uploader.add(fileOf(size, 'film.mp4', 1, 5))]
    await arrived(around, one)
    await arrived(around, other)
    expect(await around.server.sessions()).toHaveLength(2)
  })
})

describe('the record', () => {
  test('is a hint and nothing more: an offset that was never confirmed is asked after (F61)', async () => {
    const around = rig()
    await interrupted(around)
    const [record] = await stayed(around)
    if (!record) throw new Error('No record')
    await around.store.put([{ ...record, offset: 3 * C }], 'strict')
    await arrived(around, around.open().uploader.add(fileOf(size)))
    expect(around.server.story()).toEqual(storyOfOne)
  })

  test('is written in order: key, create, session, next chunk, that the last one goes out, that the finish does (I11)', async () => {
    const around = rig()
    await around.upload(fileOf(size))
    const whole = `${3 * C}-${size - 1}/${size}`
    const order = [
      'put strict key',
      `PUT 0-${C - 1}/${size}`,
      `put strict ${C}`,
      `PUT ${C}-${2 * C - 1}/${size}`,
      `PUT ${2 * C}-${3 * C - 1}/${size}`,
      `put strict ${3 * C} last`,
      `PUT ${whole}`,
      `put strict ${size} complete`,
      'POST',
      'delete',
    ]
    expect(around.events.filter((event) => !event.startsWith('put relaxed'))).toEqual(expect.arrayContaining(order))
    const places = order.map((event) => around.events.indexOf(event))
    expect(places).toEqual(places.toSorted((one, other) => one - other))
    expect(around.events.at(-1)).toBe('delete')
  })

  test('of many files that are added in one go is one relaxed write', async () => {
    const around = rig()
    const put = vi.spyOn(around.store, 'put')
    const page = around.open({ autoStart: false })
    for (let index = 0; index < 200; index++) page.uploader.add(fileOf(10, `${index}.txt`, index))
    await around.clock.advance(1)
    expect(put).toHaveBeenCalledOnce()
    expect(put.mock.calls[0]?.[0]).toHaveLength(200)
    expect(put.mock.calls[0]?.[1]).toBe('relaxed')
  })
})

describe('a page that is closed at any moment (F60, F61, F62)', () => {
  /** Everything that goes out or is written in a whole upload, one after the other. */
  const moments = Array.from({ length: 16 }, (_, index) => index)

  test.each(moments)(
    'after %d steps: the next one goes on, with one session, and sends and hashes little twice',
    async (steps) => {
      const around = rig()
      const page = around.open()
      const { events } = around
      const push = events.push.bind(events)
      events.push = (...items) => {
        const length = push(...items)
        // The step itself is not undone: a request that was sent may arrive, a write may have been made.
        if (length > steps) page.close()
        return length
      }
      page.uploader.add(fileOf(size))
      await around.clock.advance(60_000)
      events.push = push

      const upload = await around.upload(fileOf(size))
      expect(upload.getState()).toMatchObject({ status: 'completed' })
      expect(await holds(around.server, upload, bytesOf(size))).toBe(true)
      const ended = (await around.server.sessions()).filter(({ status }) => status === 'complete')
      expect(await around.server.sessions()).toHaveLength(ended.length)
      const sent = around.server.log.reduce((sum, { headers }) => {
        const [start, end] = headers['content-range']?.match(/\d+/g)?.map(Number) ?? []
        return start === undefined || end === undefined ? sum : sum + end - start + 1
      }, 0)
      // Where the first upload was through, the second one is another.
      expect(sent).toBeLessThanOrEqual(ended.length * size + C)
      expect(around.clock.sleepers()).toBe(0)
    },
  )
})
