import { createFakeClock, createFaultServer, settle, type FakeClock, type Script } from '@chunkwise/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { UploadError } from '../src/errors.ts'
import { drfChunkedUpload } from '../src/protocols/drf-chunked-upload.ts'
import { memoryStore } from '../src/stores/memory.ts'
import type { UploadState } from '../src/machine.ts'
import type { Clock } from '../src/types.ts'
import type { Upload } from '../src/upload.ts'
import { createUploader, type Uploader } from '../src/uploader.ts'
import { bytesOf, C, createPages, fileOf, holds, reached, rig } from './rig.ts'

const size = 4 * C
const hourMs = 3_600_000
const yearMs = 365 * 24 * hourMs
const endpoint = 'https://files.example/api/uploads/'

/** A page whose clock may say something else than the server's. */
function apart(script: Script = [], jump = { ms: 0 }) {
  const clock = createFakeClock()
  const server = createFaultServer({ endpoint, clock, script })
  const own: FakeClock = { ...clock, now: () => clock.now() + jump.ms }
  const store = memoryStore()
  const pages = createPages({ clock: own, store, transport: server.transport(UploadError) })
  return { clock, server, jump, open: () => pages.open({ endpoint }) }
}
type Apart = ReturnType<typeof apart>

async function arrived({ clock, server }: Apart, upload: Upload): Promise<void> {
  await clock.run(upload.finished)
  expect(await holds(server, upload, bytesOf(size))).toBe(true)
  expect(await server.sessions()).toHaveLength(1)
  expect(clock.sleepers()).toBe(0)
}

/** Runs until so many bytes are confirmed. */
const confirmed = (bytes: number) => (state: UploadState) => state.offset === bytes

describe('a computer that slept, and woke hours later (F65)', () => {
  test('in the midst of a chunk: nothing is believed of it, the server is asked, and it goes on', async () => {
    const around = apart([{ fault: 'ok' }, { fault: 'delay', ms: 2 * hourMs, on: 'append' }])
    const { clock, server, jump } = around
    const upload = around.open().uploader.add(fileOf(size))
    await clock.run(reached(upload, confirmed(C)))
    await clock.advance(1_000)
    jump.ms = 8 * hourMs
    await clock.advance(10_000)
    expect(server.story()[2]).toBe('offset')
    await arrived(around, upload)
  })

  test('while the server wants to be left alone: what is over by then is not waited for again', async () => {
    const around = apart([
      { fault: 'ok' },
      { fault: 'status', status: 503, headers: { 'Retry-After': '300' }, on: 'append' },
    ])
    const { clock, server, jump } = around
    const upload = around.open().uploader.add(fileOf(size))
    await clock.run(reached(upload, 'waiting'))
    await clock.advance(1_000)
    jump.ms = 8 * hourMs
    // The timer is as late as the computer; it fires once.
    await clock.advance(305_000)
    expect(upload.getState().status).toBe('completed')
    await arrived(around, upload)
    expect(server.story().filter((line) => line === 'offset')).toHaveLength(1)
  })

  test('while it waits to try again: timer and wake-up together are one attempt', async () => {
    const page = new EventTarget()
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    const around = apart([{ fault: 'ok' }, { fault: 'drop', on: 'append' }])
    const { clock, server, jump } = around
    const upload = around.open().uploader.add(fileOf(size))
    await clock.run(reached(upload, 'waiting'))
    jump.ms = 8 * hourMs
    page.dispatchEvent(new Event('online'))
    page.dispatchEvent(new Event('pageshow'))
    await clock.advance(10_000)
    expect(server.story().filter((line) => line === 'offset')).toHaveLength(1)
    await arrived(around, upload)
  })
})

describe('a clock that is wrong by years (F78)', () => {
  test.each([-10 * yearMs, 10 * yearMs])(
    'by %d ms all the time: the upload outlives pauses and its page',
    async (ms) => {
      const around = apart([], { ms })
      const { clock } = around
      const first = around.open()
      const begun = first.uploader.add(fileOf(size))
      await clock.run(reached(begun, confirmed(2 * C), () => begun.pause()))
      first.close()

      const page = around.open()
      const [upload] = await clock.run(page.uploader.restore())
      if (!upload) throw new Error('Nothing was restored')
      upload.resume()
      await clock.run(reached(upload, 'paused'))
      upload.choose(fileOf(size))
      await arrived(around, upload)
      expect(page.notices).toEqual([])
    },
  )

  test.each([0, -yearMs, yearMs])(
    'set by %d ms between two visits: only the server says what has expired',
    async (ms) => {
      const around = apart()
      const { clock, jump } = around
      const first = around.open()
      await clock.run(reached(first.uploader.add(fileOf(size)), confirmed(2 * C), first.close))
      jump.ms = ms
      const page = around.open()
      const upload = page.uploader.add(fileOf(size))
      await arrived(around, upload)
      expect(page.notices).toEqual([])
    },
  )

  test('set back by a year in the midst of a chunk that goes nowhere: it is given up all the same', async () => {
    const around = apart([{ fault: 'ok' }, { fault: 'delay', ms: 2 * yearMs, on: 'append' }])
    const { clock, jump } = around
    const upload = around.open().uploader.add(fileOf(size))
    await clock.run(reached(upload, confirmed(C)))
    await clock.advance(1_000)
    jump.ms = -yearMs
    await clock.advance(10 * 60_000)
    expect(upload.getState().status).toBe('completed')
    await arrived(around, upload)
  })

  test('set back by a year while the server wants to be left alone: no year is waited for', async () => {
    const around = apart([
      { fault: 'ok' },
      { fault: 'status', status: 429, headers: { 'Retry-After': '60' }, on: 'append' },
    ])
    const { clock, jump } = around
    const upload = around.open().uploader.add(fileOf(size))
    await clock.run(reached(upload, 'waiting'))
    jump.ms = -yearMs
    await clock.advance(20 * 60_000)
    expect(upload.getState().status).toBe('completed')
    await arrived(around, upload)
  })
})

describe('timers of a page in the background, which may never fire (F66)', () => {
  afterEach(() => vi.useRealTimers())

  /** An uploader none of whose timers ever fires. */
  function throttled(script: Script = []) {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval'] })
    const asked = { sleeps: 0 }
    const clock: Clock = {
      now: () => 0,
      random: () => 0.5,
      sleep(_, signal) {
        asked.sleeps += 1
        return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      },
    }
    const server = createFaultServer({ endpoint, clock: createFakeClock(), script })
    const uploader: Uploader = createUploader({
      ...{ endpoint, clock, chunkSize: C, store: memoryStore(), protocol: drfChunkedUpload() },
      transport: server.transport(UploadError),
    })
    return { server, uploader, asked }
  }

  test('progress needs none of them, from the first byte to the verified end, for uploads in line as well', async () => {
    const { server, uploader } = throttled()
    const uploads = [1, 2, 3, 4, 5].map((seed) => uploader.add(fileOf(size, `film ${seed}.mp4`, seed)))
    for (const [index, upload] of uploads.entries()) {
      expect(await upload.finished).toMatchObject({ verified: true })
      expect(await holds(server, upload, bytesOf(size, index + 1))).toBe(true)
    }
  })

  test('only a retry does', async () => {
    const { server, uploader } = throttled([{ fault: 'ok' }, { fault: 'drop', on: 'append' }])
    const upload = uploader.add(fileOf(size))
    await reached(upload, 'waiting')
    await settle()
    expect(server.log).toHaveLength(2)
  })
})

describe('a network that is another from one moment to the next (F28)', () => {
  test.each(['request', 'answer'] as const)(
    'takes the %s along without a word: the upload goes on within the watchdog and 5 s',
    async (what) => {
      const around = apart([{ fault: 'ok' }, { fault: 'delay', ms: hourMs, what, on: 'append' }])
      const { server } = around
      const upload = around.open().uploader.add(fileOf(size))
      await arrived(around, upload)
      const [silent, next] = server.log.slice(1)
      const limitMs = what === 'request' ? 90_000 : 60_000
      // And what 64 KiB take through a slow proxy.
      expect((next?.at ?? 0) - (silent?.at ?? 0)).toBeLessThanOrEqual(limitMs + C / 64 + 5_000)
    },
  )
})

describe('a browser that says it is offline (F27)', () => {
  afterEach(() => vi.unstubAllGlobals())

  test('ends no request that is under way: its word may be a lie', async () => {
    const page = new EventTarget()
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    const around = rig({ script: [{ fault: 'ok' }, { fault: 'delay', ms: 5_000, what: 'answer', on: 'append' }] })
    const upload = around.open().uploader.add(fileOf(size))
    await around.clock.run(reached(upload, confirmed(C)))
    vi.stubGlobal('navigator', { onLine: false })
    page.dispatchEvent(new Event('offline'))
    await around.clock.run(upload.finished)
    expect(around.server.story()).toHaveLength(5)
    expect(upload.getState()).toMatchObject({ status: 'completed', verified: true })
  })
})
