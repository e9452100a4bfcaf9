import { describe, expect, test } from 'vitest'
import { drfChunkedUpload } from '../src/protocols/drf-chunked-upload.ts'
import type { Protocol } from '../src/types.ts'
import type { Upload } from '../src/upload.ts'
import { createFakeBrowser, type FakeBrowser } from './fake-browser.ts'
import { bytesOf, C, fileOf, holds, reached, rig, type Page, type Rig, type RigOptions } from './rig.ts'

const size = 6 * C
const film = (): File => fileOf(size)

interface Tabs extends Rig {
  readonly browser: FakeBrowser
}

function tabs(options: RigOptions = {}): Tabs {
  const browser = createFakeBrowser()
  return { ...rig({ browser, ...options }), browser }
}

/** Each chunk takes a second, so that there is something to see. */
const slowly: RigOptions = { script: [{ fault: 'delay', ms: 1_000, on: 'append', times: 50 }] }

interface Two extends Tabs {
  readonly first: Page
  readonly second: Page
  /** The upload that sends, and the one that follows. */
  readonly one: Upload
  readonly other: Upload
}

/** Two tabs add the same file at the same moment. */
async function two(options: RigOptions = slowly): Promise<Two> {
  const around = tabs(options)
  const [first, second] = [around.open(), around.open()]
  const uploads = [first.uploader.add(film()), second.uploader.add(film())] as const
  const following = ({ status, offset }: ReturnType<Upload['getState']>): boolean => status === 'paused' && offset > 0
  await around.clock.run(Promise.race(uploads.map((upload) => reached(upload, following))))
  const [one, other] = following(uploads[1].getState()) ? uploads : ([uploads[1], uploads[0]] as const)
  const pages = other === uploads[1] ? { first, second } : { first: second, second: first }
  return { ...around, ...pages, one, other }
}

const sent = (around: Rig): number =>
  around.server.log.reduce((sum, { kind, size: body, headers }) => {
    const [start, end] = headers['content-range']?.match(/\d+/g)?.map(Number) ?? []
    // A whole file in one request has no range, and a form around it that is smaller than a chunk.
    if (start === undefined && kind === 'create') return sum + body - (body % C)
    return start === undefined || end === undefined ? sum : sum + end - start + 1
  }, 0)

/** The server has it once and whole, and nothing remains of it in the browser. */
async function cleared(around: Tabs, upload: Upload): Promise<void> {
  expect(await holds(around.server, upload, bytesOf(size))).toBe(true)
  await around.clock.advance(20_000)
  expect(await around.server.sessions()).toHaveLength(1)
  expect(around.browser.held()).toEqual([])
  expect(around.browser.listening()).toBe(0)
  expect(await around.store.list()).toEqual([])
  expect(around.clock.sleepers()).toBe(0)
}

describe('two tabs that add the same file (F67, I05, I08)', () => {
  test('have one session; the one follows the other to the end, and nothing is left', async () => {
    const around = await two()
    const { clock, one, other } = around
    expect(other.getState()).toMatchObject({ status: 'paused', reason: 'tab', error: undefined })
    for (const offset of [3 * C, 5 * C]) {
      await clock.run(reached(one, (state) => state.offset >= offset))
      await clock.advance(10)
      expect(other.getState()).toMatchObject({ status: 'paused', reason: 'tab', offset: one.getState().offset })
    }
    const [mine, theirs] = await clock.run(Promise.all([one.finished, other.finished]))
    expect(theirs).toEqual(mine)
    expect(sent(around)).toBe(size)
    await cleared(around, other)
  })

  test('where the one is set back, whoever follows is told so (I09)', async () => {
    const { clock, browser, second, one, other } = await two()
    await clock.run(reached(one, ({ offset }) => offset >= 4 * C))
    await clock.advance(10)
    const said = browser.said.findLast(({ type }) => type === 'sending')
    if (said?.type !== 'sending') throw new Error('Nothing was said')
    const channel = browser.channels(new AbortController().signal, clock)(browser.names()[0] ?? '', () => {})
    channel?.post({ ...said, facts: { ...said.facts, offset: 2 * C, sent: 2 * C } })
    await clock.advance(1)
    expect(second.notices).toMatchObject([{ type: 'rewound', upload: other, from: 4 * C, to: 2 * C }])
    channel?.close()
  })

  test('by a whole file in one request too, where there is no session to ask after', async () => {
    const around = tabs({ script: [{ fault: 'delay', ms: 1_000, on: 'create' }] })
    const uploads = [around.open(), around.open()].map(({ uploader }) => uploader.add(fileOf(C)))
    await around.clock.run(Promise.all(uploads.map(({ finished }) => finished)))
    expect(await around.server.sessions()).toHaveLength(1)
  })

  test('ten files at once: each is sent once, by one or the other', async () => {
    const around = tabs({ script: [{ fault: 'delay', ms: 300, times: 500 }] })
    const files = Array.from({ length: 10 }, (_, index) => fileOf(2 * C, `${index}.mp4`, index))
    const pages = [around.open({ concurrency: 2 }), around.open({ concurrency: 3 })]
    const uploads = pages.flatMap(({ uploader }) => files.map((file) => uploader.add(file)))
    await around.clock.run(Promise.all(uploads.map(({ finished }) => finished)))
    expect(await around.server.sessions()).toHaveLength(10)
    expect(sent(around)).toBe(20 * C)
    await around.clock.advance(20_000)
    expect(around.browser.held()).toEqual([])
    expect(await around.store.list()).toEqual([])
  })

  test('with other content under the same name, size and date: two uploads that do not wait for each other', async () => {
    const around = tabs(slowly)
    const uploads = [1, 2].map((seed) => around.open().uploader.add(fileOf(size, 'film.mp4', seed)))
    await around.clock.run(Promise.all(uploads.map((upload) => reached(upload, 'uploading'))))
    await around.clock.run(Promise.all(uploads.map(({ finished }) => finished)))
    expect(await around.server.sessions()).toHaveLength(2)
  })
})

describe('when the tab that sends is closed or dies (F67, F68)', () => {
  test('the other goes on where the server stands, and hashes nothing twice', async () => {
    const around = await two()
    const { clock, first, one, other } = around
    await clock.run(reached(one, ({ offset }) => offset >= 3 * C))
    await clock.advance(300)
    first.close()
    await clock.run(other.finished)
    expect(sent(around)).toBe(size + C)
    expect(around.hashes).toEqual([0, 3 * C])
    await cleared(around, other)
  })

  test('what is remembered is read afresh by the one that goes on', async () => {
    const around = tabs(slowly)
    const [first, second] = [around.open(), around.open()]
    // It has looked at the records before there was one.
    await around.clock.run(second.uploader.add(fileOf(C, 'before.mp4', 5)).finished)
    const one = first.uploader.add(film())
    await around.clock.run(reached(one, 'uploading'))
    const keeps = second.uploader.add(fileOf(size, 'meanwhile.mp4', 6))
    const other = second.uploader.add(film())
    await around.clock.run(reached(one, ({ offset }) => offset >= 3 * C))
    await around.clock.advance(300)
    first.close()
    await around.clock.run(Promise.all([other.finished, keeps.finished]))
    expect(around.hashes).toContain(3 * C)
    expect(await around.server.sessions()).toHaveLength(3)
  })

  test('of many that follow one goes on, and the rest follow it', async () => {
    const around = await two()
    const { clock, first, other } = around
    const third = around.open().uploader.add(film())
    await clock.advance(1_000)
    expect(third.getState()).toMatchObject({ status: 'paused', reason: 'tab' })
    first.close()
    await clock.run(Promise.all([other.finished, third.finished]))
    expect(sent(around)).toBe(size + C)
    await cleared(around, third)
  })

  test('one that has not the file waits for it', async () => {
    const around = tabs({ ...slowly, page: { copies: { file: 0 } } })
    const first = around.open()
    const one = first.uploader.add(film())
    await around.clock.run(reached(one, ({ offset }) => offset >= 2 * C))
    const [other] = await around.clock.run(around.open().uploader.restore())
    if (!other) throw new Error('Nothing was restored')
    await around.clock.run(reached(other, ({ offset, status }) => status === 'paused' && offset >= 3 * C))
    expect(other.getState()).toMatchObject({ reason: 'tab' })
    // What another tab sends is that tab's to remember: who follows knows less of the hash.
    expect(await around.store.list()).toMatchObject([{ offset: 3 * C, hash: { position: 3 * C } }])
    first.close()
    await around.clock.advance(10_000)
    expect(other.getState()).toMatchObject({ status: 'paused', reason: 'file', offset: 3 * C })
    other.choose(film())
    await around.clock.run(other.finished)
    await cleared(around, other)
  })

  test('over the very end, the server says that it is complete: nothing is sent again', async () => {
    const around = await two()
    const { clock, first, one, other } = around
    const requests = (): number => around.server.log.length
    await clock.run(reached(one, 'completing'))
    await clock.run(reached(one, 'completed', () => first.close()).then(() => undefined))
    const before = sent(around)
    await clock.run(other.finished)
    expect(sent(around)).toBe(before)
    expect(requests()).toBeLessThan(20)
    await cleared(around, other)
  })
})

describe('from the tab that only follows', () => {
  test('it is paused in all of them, stays so when the tabs close, and resumes in any (F67)', async () => {
    const around = await two()
    const { clock, one, other } = around
    other.pause()
    expect(other.getState()).toMatchObject({ status: 'paused', reason: 'user' })
    await clock.advance(100)
    expect(one.getState()).toMatchObject({ status: 'paused', reason: 'user' })
    const { offset } = one.getState()
    await clock.advance(60_000)
    expect(one.getState().offset).toBe(offset)
    expect(around.browser.held()).toEqual([])
    other.resume()
    await clock.run(reached(other, 'uploading'))
    await clock.advance(1_000)
    expect(one.getState()).toMatchObject({ status: 'paused', reason: 'tab' })
    await clock.run(Promise.all([one.finished, other.finished]))
    await cleared(around, one)
  })

  test('a pause in the tab that sends is one in all, and nobody goes on by itself', async () => {
    const around = await two()
    const { clock, first, one, other } = around
    one.pause()
    await clock.advance(100)
    expect(other.getState()).toMatchObject({ status: 'paused', reason: 'user' })
    first.close()
    await clock.advance(60_000)
    expect(other.getState()).toMatchObject({ status: 'paused', reason: 'user' })
    other.resume()
    await clock.run(other.finished)
    await cleared(around, other)
  })

  test('it is cancelled in all of them, and the session dropped once', async () => {
    const around = await two()
    const { clock, one, other } = around
    const finished = Promise.allSettled([one.finished, other.finished])
    expect(await clock.run(other.cancel())).toBe(true)
    await clock.run(finished)
    expect([one, other].map((upload) => upload.getState().status)).toEqual(['cancelled', 'cancelled'])
    expect(around.server.log.filter(({ method }) => method === 'DELETE')).toHaveLength(1)
    await clock.advance(20_000)
    expect(await around.server.sessions()).toEqual([])
    expect(around.browser.held()).toEqual([])
    expect(around.browser.listening()).toBe(0)
    expect(await around.store.list()).toEqual([])
    expect(clock.sleepers()).toBe(0)
  })

  test('a paused upload that no tab has at work is cancelled in all', async () => {
    const around = await two()
    const { clock, one, other } = around
    one.pause()
    await clock.advance(100)
    expect(await clock.run(one.cancel())).toBe(true)
    await clock.advance(20_000)
    expect(other.getState().status).toBe('cancelled')
    expect(around.browser.listening()).toBe(0)
    expect(clock.sleepers()).toBe(0)
  })

  test('it fails in all, and a retry in any goes on', async () => {
    const around = await two({
      script: [
        { fault: 'delay', ms: 1_000, on: 'append', times: 3 },
        { fault: 'status', status: 501, on: 'append' },
      ],
    })
    const { clock, one, other } = around
    const finished = Promise.allSettled([one.finished, other.finished])
    await clock.run(finished)
    expect(one.getState()).toMatchObject({ status: 'failed', error: { status: 501 } })
    expect(other.getState()).toMatchObject({ status: 'failed', error: { status: 501 } })
    other.retry()
    await clock.run(other.finished)
    expect(await around.server.sessions()).toHaveLength(1)
  })
})

describe('the back/forward cache (F64)', () => {
  const event = (type: string): Event => Object.assign(new Event(type), { persisted: true })

  test('a page that is put aside lets go of everything, and goes on when it is back', async () => {
    const around = tabs(slowly)
    const { clock, browser } = around
    const page = around.open()
    const upload = page.uploader.add(film())
    await clock.run(reached(upload, ({ offset }) => offset >= 2 * C))
    page.events.dispatchEvent(event('pagehide'))
    expect(upload.getState()).toMatchObject({ status: 'paused', reason: 'tab' })
    expect(browser.held()).toEqual([])
    expect(browser.listening()).toBe(0)
    const requests = around.server.log.length
    await clock.advance(60_000)
    expect(around.server.log).toHaveLength(requests)
    page.events.dispatchEvent(event('pageshow'))
    await clock.run(upload.finished)
    await cleared(around, upload)
  })

  test('meanwhile another tab goes on, and the one that comes back follows it', async () => {
    const around = await two()
    const { clock, first, one, other } = around
    first.events.dispatchEvent(event('pagehide'))
    await clock.run(reached(other, 'uploading'))
    first.events.dispatchEvent(event('pageshow'))
    await clock.advance(1_000)
    expect(one.getState()).toMatchObject({ status: 'paused', reason: 'tab', offset: other.getState().offset })
    await clock.run(Promise.all([one.finished, other.finished]))
    await cleared(around, one)
  })

  test('a page that is unloaded for good does nothing of this', async () => {
    const around = tabs(slowly)
    const page = around.open()
    const upload = page.uploader.add(film())
    await around.clock.run(reached(upload, 'uploading'))
    page.events.dispatchEvent(new Event('pagehide'))
    expect(upload.getState().status).toBe('uploading')
  })
})

describe('where a far end has one place only', () => {
  const drf = drfChunkedUpload()
  const single: Protocol = { ...drf, far: { ...drf.far, exclusive: true } }
  const crowd = (): Tabs => tabs({ ...slowly, page: { protocol: single } })
  const films = [fileOf(size, 'one.mp4', 1), fileOf(size, 'other.mp4', 2)] as const

  test('the uploads of all tabs go one after the other', async () => {
    const around = crowd()
    const uploads = films.map((file) => around.open().uploader.add(file))
    const atWork = (): number =>
      uploads.filter(({ getState }) => getState().session && getState().status !== 'completed').length
    let most = 0
    uploads.forEach((upload) => upload.subscribe(() => (most = Math.max(most, atWork()))))
    await around.clock.run(Promise.all(uploads.map(({ finished }) => finished)))
    expect(most).toBe(1)
    await around.clock.advance(20_000)
    expect(around.browser.held()).toEqual([])
    expect(around.clock.sleepers()).toBe(0)
  })

  test('who is paused there keeps all other tabs waiting, until it is dropped', async () => {
    const around = crowd()
    const [one, other] = [around.open().uploader.add(films[0]), around.open().uploader.add(films[1])]
    await around.clock.run(reached(one, ({ offset }) => offset >= 2 * C))
    one.pause()
    await around.clock.advance(60_000)
    expect(other.getState()).toMatchObject({ status: 'paused', reason: 'tab', offset: 0 })
    await around.clock.run(one.cancel())
    await around.clock.run(other.finished)
    expect(await around.server.sessions()).toHaveLength(1)
  })

  test('it can be resumed in another tab, to which it leaves its place', async () => {
    const around = crowd()
    const one = around.open().uploader.add(films[0])
    const other = around.open().uploader.add(films[0])
    await around.clock.run(reached(one, ({ offset }) => offset >= 2 * C))
    one.pause()
    await around.clock.advance(1_000)
    expect(other.getState()).toMatchObject({ status: 'paused', reason: 'user' })
    other.resume()
    await around.clock.run(Promise.all([one.finished, other.finished]))
    expect(await around.server.sessions()).toHaveLength(1)
  })
})

describe('what a browser may lack (F90)', () => {
  test('without a channel nobody sees the other, and one still waits for the other', async () => {
    const browser = createFakeBrowser()
    const around = rig({ ...slowly, browser: { locks: browser.locks, channels: () => () => undefined } })
    const pages = [around.open(), around.open()]
    const [one, other] = pages.map(({ uploader }) => uploader.add(film()))
    if (!one || !other) throw new Error('No uploads')
    await around.clock.run(Promise.race([reached(one, 'paused'), reached(other, 'paused')]))
    await around.clock.advance(2_500)
    const sends = one.getState().status === 'paused' ? 1 : 0
    pages[sends]?.close()
    const waits = sends === 0 ? other : one
    await around.clock.run(waits.finished)
    expect(await around.server.sessions()).toHaveLength(1)
    expect(await holds(around.server, waits, bytesOf(size))).toBe(true)
  })

  test('without a channel the record tells that a person paused it', async () => {
    const browser = createFakeBrowser()
    const around = rig({ ...slowly, browser: { locks: browser.locks, channels: () => () => undefined } })
    const [one, other] = [around.open().uploader.add(film()), around.open().uploader.add(film())]
    await around.clock.run(Promise.race([reached(one, 'paused'), reached(other, 'paused')]))
    await around.clock.advance(2_500)
    const [sends, waits] = one.getState().status === 'paused' ? [other, one] : [one, other]
    sends.pause()
    await around.clock.advance(60_000)
    expect([sends, waits].map((upload) => upload.getState())).toMatchObject([
      { status: 'paused', reason: 'user' },
      { status: 'paused', reason: 'user' },
    ])
    waits.resume()
    await around.clock.run(waits.finished)
    expect(await around.server.sessions()).toHaveLength(1)
  })

  test('pages that remember nothing still send a file once', async () => {
    const around = tabs(slowly)
    const uploads = [around.open({ store: false }), around.open({ store: false })].map(({ uploader }) =>
      uploader.add(film()),
    )
    await around.clock.run(Promise.all(uploads.map(({ finished }) => finished)))
    expect(await around.server.sessions()).toHaveLength(1)
    expect(sent(around)).toBe(size)
  })

  test('of those one goes on from the session of the other', async () => {
    const around = tabs(slowly)
    const pages = [around.open({ store: false }), around.open({ store: false })]
    const uploads = pages.map(({ uploader }) => uploader.add(film()))
    await around.clock.run(Promise.race(uploads.map((upload) => reached(upload, ({ offset }) => offset >= 3 * C))))
    await around.clock.advance(100)
    const sends = uploads[0]?.getState().status === 'paused' ? 1 : 0
    pages[sends]?.close()
    const waits = uploads[1 - sends]
    if (!waits) throw new Error('No uploads')
    await around.clock.run(waits.finished)
    expect(await around.server.sessions()).toHaveLength(1)
  })
})

describe('many files in two tabs', () => {
  const files = (tab: number): File[] =>
    [1, 2, 3, 4, 5].map((file) => fileOf(size, `film ${tab} ${file}.mp4`, tab * 10 + file))
  const busy = ({ uploader }: Page): number => {
    const { creating = 0, uploading = 0, completing = 0 } = uploader.getState().count
    return creating + uploading + completing
  }
  const slow: RigOptions = { script: [{ fault: 'delay', ms: 1_000, times: 500 }] }

  test('share what may be at work: each has one at least, and two more are for both', async () => {
    const { open, clock, server, browser } = tabs(slow)
    const pages = [open(), open()]
    const uploads = pages.flatMap(({ uploader }, tab) => files(tab).map((file) => uploader.add(file)))
    let most = 0
    for (const upload of uploads)
      upload.subscribe(
        () =>
          (most = Math.max(
            most,
            pages.map(busy).reduce((sum, count) => sum + count),
          )),
      )
    await clock.run(Promise.all(uploads.map((upload) => upload.finished)))
    expect(most).toBe(4)
    for (const [index, upload] of uploads.entries())
      expect(await holds(server, upload, bytesOf(size, Math.floor(index / 5) * 10 + (index % 5) + 1))).toBe(true)
    await clock.advance(20_000)
    expect(browser.held()).toEqual([])
  })

  test('a tab that has taken all it may leaves one at a time to the other, and all when it is closed', async () => {
    const { open, clock } = tabs(slow)
    const [one, other] = [open(), open()]
    for (const file of files(0)) one.uploader.add(file)
    await clock.advance(500)
    const uploads = files(1).map((file) => other.uploader.add(file))
    await clock.advance(300)
    expect([busy(one), busy(other)]).toEqual([3, 1])
    one.close()
    await clock.advance(100)
    expect(busy(other)).toBe(3)
    await clock.run(Promise.all(uploads.map((upload) => upload.finished)))
  })

  test('what waits for room can be paused and cancelled, and then takes none', async () => {
    const { open, clock, browser } = tabs(slow)
    const [one, other] = [open(), open()]
    for (const file of files(0)) one.uploader.add(file)
    await clock.advance(500)
    const [first, second, third] = files(1).map((file) => other.uploader.add(file))
    await clock.advance(500)
    expect(second?.getState()).toMatchObject({ status: 'preparing' })
    second?.pause()
    await clock.run(third?.cancel() ?? Promise.reject(new Error('No upload')))
    await clock.run(first?.finished ?? Promise.reject(new Error('No upload')))
    expect([second, third].map((upload) => upload?.getState().status)).toEqual(['paused', 'cancelled'])
    second?.resume()
    await clock.run(second?.finished ?? Promise.reject(new Error('No upload')))
    await clock.run(Promise.all(one.uploader.getState().uploads.map((upload) => upload.finished)))
    await clock.advance(20_000)
    expect(browser.held()).toEqual([])
  })
})
