import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createFakeClock, settle } from '@chunkwise/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { drfChunkedUpload } from '../src/protocols/drf-chunked-upload.ts'
import { tus } from '../src/protocols/tus.ts'
import { memoryStore } from '../src/stores/memory.ts'
import type { Reply, Transport, TransportRequest } from '../src/types.ts'
import { createPages, fileOf } from './rig.ts'
import { reply } from './scripted.ts'

const MiB = 1024 ** 2
const endpoint = 'https://files.example/api/uploads/'
const url = `${endpoint}1/`

/** A file of any size that takes no room: its bytes are made when they are asked for. */
class MadeFile extends File {
  readonly #size: number
  readonly #onSlice: (slice: Blob) => void
  constructor(size: number, onSlice: (slice: Blob) => void = () => {}) {
    super([], 'film.mp4', { type: 'video/mp4', lastModified: 1_690_000_000_000 })
    this.#size = size
    this.#onSlice = onSlice
  }
  override get size(): number {
    return this.#size
  }
  override slice(start = 0, end = this.#size): Blob {
    const slice = new Blob([new Uint8Array(end - start)])
    this.#onSlice(slice)
    return slice
  }
}

/** Pages over a server that believes everything it is told. */
function pagesTo(transport: Transport) {
  const clock = createFakeClock()
  const store = memoryStore()
  const pages = createPages({ clock, store, transport })
  const open = (options: object = {}) => pages.open({ endpoint, checksum: false, chunkSize: 8 * MiB, ...options })
  return { clock, store, open }
}

const finished = reply(200, {}, '{}')
const drfAt = (offset: number): Reply => reply(200, {}, JSON.stringify({ id: '1', url, offset, status: 1 }))

describe('sizes beyond 32 bits, up to the greatest whole number there is (F44)', () => {
  const left = 100
  const speakers = {
    'drf-chunked-upload': {
      protocol: drfChunkedUpload,
      most: Number.MAX_SAFE_INTEGER,
      stands: drfAt,
      created: drfAt,
      told: ({ headers }: TransportRequest) => headers['Content-Range'],
      expected: (size: number) => [`bytes 0-1044479/${size}`, `bytes ${size - left}-${size - 1}/${size}`],
    },
    tus: {
      protocol: tus,
      // Its headers are read up to fifteen digits, which no sum leads out of what a number can hold.
      most: 10 ** 15 - 1,
      stands: (offset: number) => reply(204, { 'Tus-Resumable': '1.0.0', 'Upload-Offset': String(offset) }),
      created: (offset: number) =>
        reply(201, { 'Tus-Resumable': '1.0.0', Location: url, 'Upload-Offset': String(offset) }),
      told: ({ headers }: TransportRequest) => headers['Upload-Length'] ?? headers['Upload-Offset'],
      expected: (size: number) => [String(size), String(size - left)],
    },
  }

  for (const [name, { protocol, stands, created, told, expected, most }] of Object.entries(speakers))
    test.each([2 ** 31 + 5, 2 ** 32 + 5, 5 * 1024 ** 3, most])(
      `${name}: a file of %d bytes is asked for, sent and finished at its true end`,
      async (size) => {
        const said: (string | undefined)[] = []
        const { clock, open } = pagesTo(async (request) => {
          const bytes = told(request)
          if (bytes !== undefined) said.push(bytes)
          if (request.url === endpoint) return { ...created(size - left), url: endpoint }
          return { ...(bytes === undefined ? finished : stands(size)), url }
        })
        const { uploader, notices } = open({ protocol: protocol() })
        const upload = uploader.add(new MadeFile(size))
        await clock.run(upload.finished)
        expect(said).toEqual(expected(size))
        expect(upload.getState()).toMatchObject({ status: 'completed', offset: size, size, sent: size })
        expect(notices).toEqual([])
      },
    )
})

test('of a large file no more than two chunks are held at any time (F85)', async () => {
  setFlagsFromString('--expose-gc')
  // Node knows no other way to a collector once it has started.
  const collect = runInNewContext('gc') as () => void
  const slices: WeakRef<Blob>[] = []
  let most = 0
  const { clock, open } = pagesTo(async ({ headers }) => {
    const end = /-(\d+)\//.exec(headers['Content-Range'] ?? '')?.[1]
    if (end === undefined) return { ...finished, url }
    // References that are weak stay until the turn is over.
    await settle()
    collect()
    most = Math.max(most, slices.filter((slice) => slice.deref() !== undefined).length)
    return { ...drfAt(Number(end) + 1), url }
  })
  const size = 256 * MiB
  const upload = open().uploader.add(new MadeFile(size, (slice) => slices.push(new WeakRef(slice))))
  await clock.run(upload.finished)
  expect(slices.length).toBeGreaterThan(size / (8 * MiB))
  expect(most).toBeGreaterThan(0)
  expect(most).toBeLessThanOrEqual(2)
})

describe('thousands of files (F86)', () => {
  const count = 1_000
  afterEach(() => vi.unstubAllGlobals())

  test('three at a time; what waits in line has no timer, no listener and no request of its own', async () => {
    const most = { requests: 0, sleepers: 0, listeners: 0 }
    const listening = new Set<unknown>()
    vi.stubGlobal('addEventListener', (_: string, listener: unknown, { signal }: { signal: AbortSignal }) => {
      listening.add(listener)
      signal.addEventListener('abort', () => listening.delete(listener))
    })
    let requests = 0
    const { clock, store, open } = pagesTo(async ({ headers }) => {
      most.requests = Math.max(most.requests, (requests += 1))
      most.sleepers = Math.max(most.sleepers, clock.sleepers())
      most.listeners = Math.max(most.listeners, listening.size)
      const goOn = clock.hold()
      await settle()
      goOn()
      requests -= 1
      return { ...(headers['Content-Range'] === undefined ? finished : drfAt(1000)), url }
    })
    const { uploader } = open()
    const files = Array.from({ length: count }, (_, index) => fileOf(1000, `file ${index}.txt`))
    const uploads = files.map((file) => uploader.add(file))
    expect(uploader.getState().count).toEqual({ queued: count })
    await clock.run(Promise.all(uploads.map(({ finished: end }) => end)))
    expect(uploader.getState().count).toEqual({ completed: count })
    expect(most.requests).toBe(3)
    expect(most.listeners).toBeLessThanOrEqual(4)
    // A watchdog and a look at the store for each that is at work.
    expect(most.sleepers).toBeLessThanOrEqual(9)
    await clock.advance(0)
    expect(clock.sleepers()).toBe(0)
    expect(listening.size).toBe(0)
    expect(await store.list()).toEqual([])
  })
})
