import { describe, expect, test } from 'vitest'
import type { Entry, Script } from '@chunkwise/testing'
import { bytesOf, C, fileOf, holds, reached, rig, type Rig } from '../test/rig.ts'
import type { Status, UploadState } from './machine.ts'
import type { Seat } from './seat.ts'
import type { InnerUpload, Upload } from './upload.ts'

const size = 3 * C
const whole = [
  `create 0-${C - 1}/${size}`,
  `append ${C}-${2 * C - 1}/${size}`,
  `append ${2 * C}-${size - 1}/${size}`,
  'complete',
]
/** A request that is under way until the upload gives it up. */
const hanging = (on: NonNullable<Exclude<Entry, string | number>['on']>): Entry => ({ fault: 'delay', ms: 20_000, on })
/** The first chunk is there, the second is lost on its way: so the upload waits, and asks where it stands. */
const stumbling: Script = [{ fault: 'drop', on: 'append' }]

async function arrived({ server }: Rig, upload: Upload): Promise<void> {
  expect(await holds(server, upload, bytesOf(size))).toBe(true)
}

describe('one file', () => {
  test('goes out chunk by chunk and arrives, verified (I01, I02)', async () => {
    const around = rig()
    const upload = await around.upload(fileOf(size))
    const { url, answer, verified } = await upload.finished
    expect(verified).toBe(true)
    expect(answer).toMatchObject({ status: 2, offset: size, filename: 'film.mp4' })
    expect(url).toMatch(/^https:\/\/files\.example\/api\/uploads\/[0-9a-f-]{36}\/$/)
    expect(around.server.story()).toEqual(whole)
    await arrived(around, upload)
  })

  test.each(['completed', 'cancelled'] as const)(
    'lets its place among the tabs go for good once it is %s',
    async (end) => {
      const told: string[] = []
      const seat: Seat = {
        take: async () => true,
        drop: async () => undefined,
        tell: async () => void told.push('told'),
        leave: () => void told.push('left'),
      }
      const seats = [{ ...seat }, { ...seat }]
      const { clock, open } = rig({ page: { tabs: { join: () => seats.shift() ?? seat } } })
      const upload = open().uploader.add(fileOf(size))
      await clock.run(reached(upload, ({ offset }) => offset > 0))
      const over: Promise<unknown> = end === 'completed' ? upload.finished : upload.cancel()
      await clock.run(over)
      await clock.advance(1_000)
      expect(told).toEqual(['told', 'left'])
      expect(seats).toHaveLength(1)
      // Who asks for it now gets another one: it is held no longer.
      const [next] = seats
      expect((upload as InnerUpload).join()).toBe(next)
    },
  )

  test('passes through the statuses in order, and its progress never goes back nor runs ahead (F23, I09)', async () => {
    const { open, clock } = rig()
    const upload = open().uploader.add(fileOf(size))
    const states: UploadState[] = [upload.getState()]
    upload.subscribe((state) => states.push(state))
    await clock.run(upload.finished)
    const statuses = states.map(({ status }) => status).filter((status, index, all) => status !== all[index - 1])
    expect(statuses).toEqual(['queued', 'preparing', 'creating', 'uploading', 'completing', 'completed'])
    for (const [index, { offset, sent, status }] of states.entries()) {
      expect(sent).toBeGreaterThanOrEqual(Math.max(offset, states[index - 1]?.sent ?? 0))
      expect(sent).toBeLessThanOrEqual(size)
      if (offset === size) expect(['completing', 'completed']).toContain(status)
    }
    const phases = states.flatMap((state) => (state.status === 'completing' ? [state.phase] : []))
    expect([...new Set(phases)]).toEqual(['hashing', 'verifying'])
  })

  test('its snapshots are values of their own', async () => {
    const { open, clock } = rig()
    const upload = open().uploader.add(fileOf(size))
    const early = upload.getState()
    expect(upload.getState()).toBe(early)
    await clock.run(upload.finished)
    expect(early).toMatchObject({ status: 'queued', offset: 0 })
  })

  test.each([1, C - 1, C, C + 1, 2 * C, 3 * C, 3 * C + 1])(
    'of %d bytes arrives whole, with no empty chunk (F45)',
    async (bytes) => {
      const { upload: send, server } = rig()
      const upload = await send(fileOf(bytes))
      expect(await holds(server, upload, bytesOf(bytes))).toBe(true)
      const chunks = server.log.filter(({ method }) => method === 'PUT')
      expect(chunks).toHaveLength(Math.ceil(bytes / C))
    },
  )

  test('without bytes is refused before any request, since this server takes none (F45)', async () => {
    const { upload: send, server } = rig()
    for (const empty of [new File([], 'empty.txt', { type: 'text/plain' }), new File([], 'empty'), new Blob([])]) {
      const upload = await send(empty as File)
      expect(upload.getState()).toMatchObject({ status: 'failed', error: { code: 'empty-file' } })
    }
    expect(server.log).toEqual([])
  })

  test('that is a folder is refused before any request, found by failing to read it (F48)', async () => {
    const { upload: send, server } = rig()
    const folder = new File(['4096 bytes, it seems'], 'photos')
    const unreadable = (): Promise<never> => Promise.reject(new DOMException('No', 'NotFoundError'))
    folder.arrayBuffer = unreadable
    const upload = await send(folder)
    expect(upload.getState()).toMatchObject({ status: 'failed', error: { code: 'is-directory' } })
    expect(server.log).toEqual([])
  })

  test('may be a Blob, which has no name of its own (F47)', async () => {
    const { open, clock, server } = rig()
    const upload = open().uploader.add(new Blob(['abc']))
    await clock.run(upload.finished)
    expect(await server.sessions()).toMatchObject([{ filename: 'file', status: 'complete' }])
  })

  test('may be behind a handle, which is opened only when its turn comes', async () => {
    const { open, clock, server } = rig()
    const handle = {
      kind: 'file',
      name: 'film.mp4',
      getFile: () => Promise.resolve(fileOf(size)),
    } as FileSystemFileHandle
    const upload = open().uploader.add(handle)
    expect([upload.name, upload.size]).toEqual(['film.mp4', 0])
    await clock.run(upload.finished)
    expect(upload.size).toBe(size)
    expect(server.story()).toEqual(whole)
  })

  test('waits for `start` if it is told to', async () => {
    const { open, clock, server } = rig()
    const upload = open({ autoStart: false }).uploader.add(fileOf(size))
    await clock.advance(60_000)
    expect(upload.getState().status).toBe('idle')
    expect(server.log).toEqual([])
    upload.start()
    upload.start()
    await clock.run(upload.finished)
    expect(server.story()).toEqual(whole)
  })
})

/** How each status is come to, and what is under way in it. */
const ways: readonly (readonly [Status, Script])[] = [
  ['queued', []],
  ['preparing', []],
  ['creating', [hanging('create')]],
  ['uploading', [hanging('append')]],
  ['waiting', stumbling],
  ['recovering', [...stumbling, hanging('offset')]],
  ['completing', [hanging('complete')]],
]

/** Brings an upload to a status, and acts as soon as it is there, or in the midst of its work. */
async function inStatus(
  status: Status,
  script: Script,
  around: Rig,
  when: 'at once' | 'in its midst',
  act: (upload: Upload) => void,
): Promise<Upload> {
  const { clock, server } = around
  server.play(script)
  const upload = around.open().uploader.add(fileOf(size))
  const acted = reached(upload, status, () => {
    if (when === 'at once') act(upload)
  })
  await clock.run(acted)
  if (when === 'in its midst') {
    // Whatever takes no time has happened by then.
    await clock.advance(100)
    expect(upload.getState().status).toBe(status)
    act(upload)
  }
  server.play([])
  return upload
}

describe.each(ways)('while %s', (status, script) => {
  const brief = status === 'queued' || status === 'preparing'
  const moments = brief ? (['at once'] as const) : (['at once', 'in its midst'] as const)

  test.each(moments)('it is paused %s and sends nothing more; resumed, it arrives (rules 2 and 3)', async (when) => {
    const around = rig()
    const { clock, server } = around
    const upload = await inStatus(status, script, around, when, (upload) => upload.pause())
    expect(upload.getState()).toMatchObject({ status: 'paused', reason: 'user' })
    const asked = server.log.length
    await clock.advance(3_600_000)
    expect(server.log).toHaveLength(asked)
    expect(upload.getState().status).toBe('paused')
    expect(clock.sleepers()).toBe(0)

    upload.resume()
    upload.resume()
    await clock.run(upload.finished)
    await arrived(around, upload)
    expect(await server.sessions()).toHaveLength(1)
  })

  test.each(moments)('it is cancelled %s, for good, and the server drops what it has', async (when) => {
    const around = rig()
    const { clock, server } = around
    const dropped: Promise<boolean>[] = []
    const upload = await inStatus(status, script, around, when, (upload) =>
      dropped.push(upload.cancel(), upload.cancel()),
    )
    expect(upload.getState().status).toBe('cancelled')
    expect(await clock.run(Promise.all(dropped))).toEqual([true, true])
    await expect(upload.finished).rejects.toMatchObject({ code: 'cancelled' })
    const asked = server.log.length
    await clock.advance(3_600_000)
    expect(server.log).toHaveLength(asked)
    // What a creation that was cut off may have left is the server's to expire.
    if (status !== 'creating') expect(await server.sessions()).toEqual([])
    expect(await around.store.list()).toEqual([])
    expect(clock.sleepers()).toBe(0)
  })
})

test('a pause costs no hash: what was hashed on this page is not hashed again (design 3.3)', async () => {
  const around = rig({ script: [{ fault: 'ok', on: 'append' }, hanging('append')] })
  const upload = around.open().uploader.add(fileOf(size))
  await around.clock.run(reached(upload, ({ offset }) => offset === 2 * C))
  await around.clock.advance(100)
  upload.pause()
  upload.resume()
  await around.clock.run(upload.finished)
  await arrived(around, upload)
  expect(around.hashes).toEqual([0, 2 * C])
})

test.each([
  ['whole, and is at work there: the server, which has no lock, is asked after 2 s', 'answer', 2000],
  ['not at all: it is asked at once', 'request', 0],
] as const)('a chunk that a pause has cut off may have gone out %s', async (_, what, ms) => {
  const around = rig({ script: ['ok', { fault: 'delay', ms: 20_000, what }] })
  const { clock, server } = around
  const upload = around.open().uploader.add(fileOf(size))
  await clock.run(reached(upload, 'uploading'))
  await clock.advance(100)
  upload.pause()
  const resumedAt = clock.now()
  upload.resume()
  await clock.run(upload.finished)
  const asked = server.log.find(({ kind }) => kind === 'offset')
  expect((asked?.at ?? 0) - resumedAt).toBe(ms)
  await arrived(around, upload)
})

describe('every method in every status (F87)', () => {
  const methods: Readonly<Record<string, (upload: Upload) => unknown>> = {
    start: (upload) => upload.start(),
    pause: (upload) => upload.pause(),
    resume: (upload) => upload.resume(),
    retry: (upload) => upload.retry(),
    choose: (upload) => upload.choose(fileOf(size)),
    subscribe: (upload) => upload.subscribe(() => {})(),
  }

  test.each(Object.keys(methods))('%s does no harm, once or twice', async (method) => {
    for (const [status, script] of ways) {
      const around = rig()
      const act = (upload: Upload): void => {
        methods[method]?.(upload)
        methods[method]?.(upload)
      }
      const upload = await inStatus(status, script, around, 'at once', act)
      if (upload.getState().status === 'paused') upload.resume()
      await around.clock.run(upload.finished)
      await arrived(around, upload)
      expect(await around.server.sessions()).toHaveLength(1)
      // What is completed stays so.
      methods[method]?.(upload)
      expect(await upload.cancel()).toBe(false)
      expect(upload.getState().status).toBe('completed')
    }
  })

  test('from within a listener', async () => {
    const around = rig({ script: stumbling })
    const upload = around.open().uploader.add(fileOf(size))
    const seen = new Set<Status>()
    upload.subscribe(({ status }) => {
      if (seen.has(status)) return
      seen.add(status)
      upload.pause()
      upload.resume()
      upload.start()
      upload.retry()
    })
    await around.clock.run(upload.finished)
    await arrived(around, upload)
  })

  test('what is cancelled stays so', async () => {
    const { open, clock } = rig()
    const upload = open().uploader.add(fileOf(size))
    expect(await clock.run(upload.cancel())).toBe(true)
    for (const act of Object.values(methods)) act(upload)
    expect(upload.getState().status).toBe('cancelled')
  })
})

describe('cancel tells whether the server confirmed', () => {
  const stopped = async (around: Rig, script: Script = []): Promise<boolean> => {
    const upload = await inStatus('uploading', [hanging('append'), ...script], around, 'in its midst', () => {})
    around.server.play(script)
    return around.clock.run(upload.cancel())
  }

  test('that it did, at the first try', async () => {
    const around = rig()
    expect(await stopped(around)).toBe(true)
    expect(around.server.story().at(-1)).toBe('terminate')
  })

  test('that it cannot: it keeps the bytes until they expire', async () => {
    expect(await stopped(rig({ handler: { terminate: false } }))).toBe(false)
  })

  test.each<[string, Script]>([
    ['it cannot be reached', ['drop']],
    ['it fails', [500]],
    ['it says nothing', [{ fault: 'delay', ms: 60_000 }]],
  ])('or that nobody knows, where %s (F35)', async (_, script) => {
    const around = rig()
    expect(await stopped(around, script)).toBe(false)
    expect(around.clock.sleepers()).toBe(0)
  })

  test('nothing was begun: there is nothing to drop', async () => {
    const { open, server } = rig()
    expect(await open({ autoStart: false }).uploader.add(fileOf(size)).cancel()).toBe(true)
    expect(server.log).toEqual([])
  })
})

describe('finished', () => {
  const refused: Script = [
    { fault: 'status', status: 400, body: { detail: { filename: ['Not this one.'] } }, on: 'create' },
  ]

  test('rejects with the error of the failure, which the state has too; after a retry it is another promise', async () => {
    const around = rig({ script: refused })
    const upload = around.open().uploader.add(fileOf(size))
    const first = upload.finished
    await expect(around.clock.run(first)).rejects.toMatchObject({
      code: 'rejected',
      message: expect.stringContaining('Not this one.'),
    })
    expect(upload.getState()).toMatchObject({ status: 'failed', error: { code: 'rejected' } })
    upload.retry()
    const second = upload.finished
    expect(second).not.toBe(first)
    await around.clock.run(second)
    await arrived(around, upload)
  })

  test('a rejection that nobody listens to is not reported', async () => {
    const reported: unknown[] = []
    const report = (reason: unknown): void => void reported.push(reason)
    process.on('unhandledRejection', report)
    const { open, clock } = rig({ script: refused })
    const upload = open().uploader.add(fileOf(size))
    await clock.run(reached(upload, 'failed'))
    await clock.advance(1000)
    process.off('unhandledRejection', report)
    expect(reported).toEqual([])
  })
})

describe('after the end nothing is left: no request, no timer, no write (I08)', () => {
  test.each<[string, Script, Status]>([
    ['success', [], 'completed'],
    ['success after a failure', [{ fault: 'lost', on: 'append' }], 'completed'],
    ['failure', [{ fault: 'status', status: 405, on: 'append' }], 'failed'],
  ])('after %s', async (_, script, status) => {
    const { open, clock, events } = rig({ script })
    const upload = open().uploader.add(fileOf(size))
    await clock.run(reached(upload, status))
    // The state is told before what was remembered is dropped.
    await clock.advance(0)
    const told: Status[] = []
    upload.subscribe((state) => told.push(state.status))
    const happened = events.length
    expect(clock.sleepers()).toBe(0)
    await clock.advance(3_600_000)
    expect(events).toHaveLength(happened)
    expect(told).toEqual([])
  })
})
