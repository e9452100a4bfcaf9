import { tokenAuth, UploadProblem, type Entry, type Script } from '@chunkwise/testing'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { drfChunkedUpload } from '../src/protocols/drf-chunked-upload.ts'
import type { Upload } from '../src/upload.ts'
import { bytesOf, C, fileOf, holds, reached, rig, type Rig } from './rig.ts'

const size = 4 * C
const range = (index: number, of = size): string => `${index * C}-${Math.min((index + 1) * C, of) - 1}/${of}`
const create = `create ${range(0)}`
const append = (index: number): string => `append ${range(index)}`
const chunks = [create, append(1), append(2), append(3)]
const on = (kind: NonNullable<Exclude<Entry, string | number>['on']>, status: number, more: object = {}): Entry => ({
  ...{ fault: 'status', status, on: kind },
  ...more,
})

async function arrived({ server }: Rig, upload: Upload): Promise<void> {
  expect(upload.getState()).toMatchObject({ status: 'completed' })
  expect(await holds(server, upload, bytesOf(upload.size))).toBe(true)
}
const created = ({ server }: Rig): number => server.story().filter((line) => line.startsWith('create')).length
const notices = (page: ReturnType<Rig['open']>): string[] => page.notices.map(({ type }) => type)

describe('a session that is gone costs one session, and is told (F11)', () => {
  test('410: it has expired', async () => {
    const around = rig()
    const page = around.open()
    const upload = page.uploader.add(fileOf(size))
    await around.clock.run(
      reached(
        upload,
        ({ offset }) => offset === 2 * C,
        () => upload.pause(),
      ),
    )
    await around.server.expire()
    upload.resume()
    await around.clock.run(upload.finished)
    await arrived(around, upload)
    expect(page.notices).toMatchObject([{ type: 'restarted', from: 2 * C, to: 0 }])
    expect(upload.getState().restarts).toBe(1)
    expect(created(around)).toBe(2)
  })

  test('404: it was swept away, found by asking (F79)', async () => {
    const around = rig()
    const page = around.open()
    const upload = page.uploader.add(fileOf(size))
    await around.clock.run(
      reached(
        upload,
        ({ offset }) => offset === 2 * C,
        () => upload.pause(),
      ),
    )
    await around.server.expire()
    await around.server.sweep()
    upload.resume()
    await around.clock.run(upload.finished)
    await arrived(around, upload)
    expect(notices(page)).toEqual(['restarted'])
    expect(around.server.story()).toEqual([create, append(1), 'offset 404', ...chunks, 'complete'])
  })

  test('three times at most; then it has failed, and a retry begins without session', async () => {
    const around = rig({ script: [{ fault: 'gone', on: 'append', times: 4 }] })
    const page = around.open()
    const upload = page.uploader.add(fileOf(size))
    await around.clock.run(reached(upload, 'failed'))
    expect(upload.getState()).toMatchObject({ error: { code: 'gone' }, session: undefined })
    expect(created(around)).toBe(4)
    expect(notices(page).filter((type) => type === 'restarted')).toHaveLength(4)
    upload.retry()
    await around.clock.run(upload.finished)
    await arrived(around, upload)
    expect(created(around)).toBe(5)
  })

  test.each([401, 403, 423, 429, 500, 502, 503, 504])('a %d costs none (rule 4)', async (status) => {
    const around = rig({ script: [on('append', status)] })
    const page = around.open({ onUnauthorized: () => Promise.resolve() })
    const upload = page.uploader.add(fileOf(size))
    await around.clock.run(upload.finished)
    await arrived(around, upload)
    expect(created(around)).toBe(1)
    expect(notices(page)).not.toContain('restarted')
  })
})

describe('credentials', () => {
  /** A server that takes one token at a time. */
  function guarded(options: { readonly requireSignIn?: boolean } = {}) {
    let valid = 'first'
    const authenticate = tokenAuth((token) => (token === valid ? 'ada' : undefined))
    const around = rig({ handler: { authenticate, ...options } })
    return { around, expire: () => (valid = 'second') }
  }
  const headersOf = (session: { token: string | undefined }) => (): Record<string, string> =>
    session.token === undefined ? {} : { Authorization: `Token ${session.token}` }

  test('renewed once for five uploads, whose steps go on where they were (F14)', async () => {
    const { around, expire } = guarded()
    const session = { token: 'first' }
    const onUnauthorized = vi.fn<() => Promise<void>>(async () => {
      await around.clock.sleep(500, new AbortController().signal)
      session.token = 'second'
    })
    const page = around.open({ concurrency: 5, headers: headersOf(session), onUnauthorized })
    const uploads = [1, 2, 3, 4, 5].map((seed) => page.uploader.add(fileOf(size, `film ${seed}.mp4`, seed)))
    const [first] = uploads
    if (!first) throw new Error('No uploads')
    await around.clock.run(reached(first, ({ offset }) => offset === 2 * C, expire))
    await around.clock.run(Promise.all(uploads.map(({ finished }) => finished)))
    expect(onUnauthorized).toHaveBeenCalledOnce()
    for (const [index, upload] of uploads.entries()) {
      expect(await holds(around.server, upload, bytesOf(size, index + 1))).toBe(true)
    }
    expect(await around.server.sessions()).toHaveLength(5)
  })

  test.each(['create', 'append', 'offset', 'complete'] as const)(
    'asked for at %s: renewed, and the step goes on',
    async (kind) => {
      const { around } = guarded()
      const session = { token: 'first' }
      around.server.play([...(kind === 'offset' ? (['ok', 'drop'] as const) : []), on(kind, 401)])
      const onUnauthorized = vi.fn<() => Promise<void>>(() => Promise.resolve())
      const upload = await around.upload(fileOf(size), { headers: headersOf(session), onUnauthorized })
      await arrived(around, upload)
      expect(onUnauthorized).toHaveBeenCalledOnce()
      expect(await around.server.sessions()).toHaveLength(1)
    },
  )

  test.each<[string, undefined | (() => Promise<boolean | void>)]>([
    ['nobody can renew them', undefined],
    ['the app says that it cannot', () => Promise.resolve(false)],
    ['the app fails to', () => Promise.reject(new Error('No refresh token'))],
    ['they are refused again', () => Promise.resolve()],
  ])(
    'where %s, the upload is paused for want of them, its record kept; signed in again it goes on (F14)',
    async (_, onUnauthorized) => {
      const { around, expire } = guarded()
      const session = { token: 'first' }
      const page = around.open({ headers: headersOf(session), ...(onUnauthorized ? { onUnauthorized } : {}) })
      const upload = page.uploader.add(fileOf(size))
      await around.clock.run(reached(upload, ({ offset }) => offset === 2 * C, expire))
      await around.clock.run(reached(upload, 'paused'))
      expect(upload.getState()).toMatchObject({
        reason: 'auth',
        offset: 2 * C,
        error: { code: 'unauthorized', status: 401 },
      })
      expect(await around.store.list()).toMatchObject([{ offset: 2 * C, paused: false }])
      const asked = around.server.log.length
      await around.clock.advance(3_600_000)
      expect(around.server.log).toHaveLength(asked)

      session.token = 'second'
      upload.resume()
      await around.clock.run(upload.finished)
      await arrived(around, upload)
      expect(created(around)).toBe(1)
    },
  )

  test('403 means the same, since session authentication knows no 401 (F14)', async () => {
    const around = rig({ script: [on('append', 403, { body: { detail: 'CSRF Failed: CSRF token missing.' } })] })
    const page = around.open()
    const upload = page.uploader.add(fileOf(size))
    await around.clock.run(reached(upload, 'paused'))
    expect(upload.getState()).toMatchObject({
      reason: 'auth',
      error: { status: 403, message: expect.stringContaining('CSRF Failed') },
    })
  })

  test('a 404 may mean that nobody is signed in any more: renewed and asked, no session is lost (protocol, section 7)', async () => {
    const { around } = guarded({ requireSignIn: false })
    const session: { token: string | undefined } = { token: 'first' }
    const onUnauthorized = vi.fn<() => Promise<void>>(() => {
      session.token = 'first'
      return Promise.resolve()
    })
    const page = around.open({ headers: headersOf(session), onUnauthorized })
    const upload = page.uploader.add(fileOf(size))
    await around.clock.run(
      reached(
        upload,
        ({ offset }) => offset === 2 * C,
        () => (session.token = undefined),
      ),
    )
    await around.clock.run(upload.finished)
    await arrived(around, upload)
    expect(onUnauthorized).toHaveBeenCalledOnce()
    expect(around.server.story()).toEqual([
      create,
      append(1),
      `${append(2)} 404`,
      'offset',
      append(2),
      append(3),
      'complete',
    ])
    expect(notices(page)).toEqual([])
  })

  test('a 404 that stays after they were renewed means that the session is gone', async () => {
    const { around } = guarded()
    around.server.play([{ fault: 'gone', on: 'append' }])
    const page = around.open({ headers: headersOf({ token: 'first' }), onUnauthorized: () => Promise.resolve() })
    const upload = page.uploader.add(fileOf(size))
    await around.clock.run(upload.finished)
    await arrived(around, upload)
    expect(notices(page)).toEqual(['restarted'])
  })
})

describe('413 (F15)', () => {
  const large = 1024 * 1024

  test.each(['create', 'append'] as const)(
    'at %s: the chunk is halved, and stays so for every upload of the origin',
    async (kind) => {
      const around = rig({ script: [on(kind, 413)], page: { chunkSize: 4 * C } })
      const page = around.open()
      const upload = page.uploader.add(fileOf(large))
      await around.clock.run(upload.finished)
      await arrived(around, upload)
      const sizes = around.server.log.flatMap(({ headers, answered }) => {
        const [start, end] = headers['content-range']?.match(/\d+/g)?.map(Number) ?? []
        return answered === 200 && start !== undefined && end !== undefined ? [end - start + 1] : []
      })
      expect(sizes).toEqual([
        ...(kind === 'append' ? [4 * C] : []),
        ...Array<number>(kind === 'append' ? 6 : 8).fill(2 * C),
      ])
      const other = page.uploader.add(fileOf(large, 'other.mp4', 2))
      const before = around.server.log.length
      await around.clock.run(other.finished)
      expect(around.server.log[before]?.headers['content-range']).toBe(`bytes 0-${2 * C - 1}/${large}`)
      expect(created(around)).toBe(kind === 'create' ? 3 : 2)
    },
  )

  test.each([
    ['begins with what another one was refused', undefined, 2 * C],
    ['that remembers nothing begins anew', false, 4 * C],
  ] as const)('on a page, the next uploader to the origin %s', async (_, store, first) => {
    vi.stubGlobal('document', {})
    vi.stubGlobal('localStorage', { getItem: () => null })
    vi.stubGlobal('addEventListener', () => {})
    onTestFinished(() => void vi.unstubAllGlobals())
    const around = rig({ script: [on('create', 413)], page: { chunkSize: 4 * C } })
    const choice = store === undefined ? {} : { store }
    await around.upload(fileOf(large), choice)
    const before = around.server.log.length
    await around.upload(fileOf(large, 'other.mp4', 2), choice)
    expect(around.server.log[before]?.headers['content-range']).toBe(`bytes 0-${first - 1}/${large}`)
  })

  test('at the floor: it has failed, and says what to do', async () => {
    const around = rig({ script: [on('append', 413)] })
    const upload = await around.upload(fileOf(size))
    expect(upload.getState()).toMatchObject({
      status: 'failed',
      error: { code: 'too-large', status: 413, message: expect.stringContaining('limit') },
    })
  })
})

describe('a server that asks for time', () => {
  test.each([
    [429, '7', 7000],
    [503, '120', 120_000],
    [503, '31536000', 600_000],
  ])('%d with Retry-After %s: the whole origin is left alone for %d ms (F13)', async (status, value, ms) => {
    const around = rig({
      script: [{ fault: 'ok', on: 'append' }, on('append', status, { headers: { 'Retry-After': value } })],
    })
    const page = around.open()
    const uploads = [1, 2, 3].map((seed) => page.uploader.add(fileOf(size, `film ${seed}.mp4`, seed)))
    await around.clock.run(Promise.all(uploads.map(({ finished }) => finished)))
    const refused = around.server.log.findIndex(({ answered }) => answered === status)
    const { at = 0 } = around.server.log[refused] ?? {}
    const later = around.server.log.filter((entry) => entry.at > at)
    expect(later.length).toBeGreaterThan(0)
    for (const entry of later) expect(entry.at - at).toBeGreaterThanOrEqual(ms)
    for (const [index, upload] of uploads.entries())
      expect(await holds(around.server, upload, bytesOf(size, index + 1))).toBe(true)
  })

  test('a burst of errors is waited out, ever longer, and forgotten with the next progress (F12, I12)', async () => {
    const around = rig({ script: [{ fault: 'ok', on: 'create' }, 500, 502, 503, 504, 'ok', 'ok', 500] })
    const upload = await around.upload(fileOf(size))
    await arrived(around, upload)
    // 250 ms, half of 1, 2, 4 and 8 s, and 2 s in which an unanswered chunk may still be on its way to the disk.
    const times = around.server.log.map(({ at }) => at)
    const gaps = times
      .slice(1)
      .map((at, index) => at - (times[index] ?? 0))
      .filter((gap) => gap > 0)
    expect(gaps).toEqual([2750, 3250, 4250, 6250, 2750])
  })

  test('somebody else has sent meanwhile: what is refused tells where the server stands, and it goes on there at once (F17)', async () => {
    const around = rig({ script: [{ fault: 'delay', ms: 1000, on: 'append' }] })
    const { clock, server } = around
    const upload = around.open().uploader.add(fileOf(size))
    await clock.run(reached(upload, 'uploading'))
    await clock.advance(500)
    const [session] = await server.sessions()
    const body = new FormData()
    body.append('file', new Blob([bytesOf(size).slice(C, 2 * C)]))
    const headers = { 'Content-Range': `bytes ${range(1)}` }
    await server.fetch(new Request(`${server.endpoint}${session?.id}/`, { method: 'PUT', headers, body }))
    const asked = clock.now()
    await clock.run(upload.finished)
    await arrived(around, upload)
    expect(server.story()).toEqual([create, `${append(1)} delay 400`, append(1), append(2), append(3), 'complete'])
    expect(server.log.at(-1)?.at).toBe(asked + 500)
  })

  test('423: another request is at work there; waited for, no session lost (F17)', async () => {
    const around = rig({ script: [on('append', 423, { headers: { 'Retry-After': '1' } })] })
    const upload = await around.upload(fileOf(size))
    await arrived(around, upload)
    expect(created(around)).toBe(1)
  })
})

describe('something else than the server answers: it never counts, and is told as network-blocked (F20)', () => {
  const portal: Entry = { fault: 'html' }
  test.each<[string, Script]>([
    ['create', [{ ...portal, on: 'create' }]],
    ['append', [{ ...portal, on: 'append' }]],
    ['offset', ['ok', 'drop', { ...portal, on: 'offset' }]],
    ['complete', [{ ...portal, on: 'complete' }]],
    ['a redirect at create', [on('create', 302, { headers: { Location: 'https://portal.example/' } })]],
    ['a redirect at append', [on('append', 307, { headers: { Location: 'https://portal.example/' } })]],
    ['a redirect at complete', [on('complete', 302, { headers: { Location: 'https://portal.example/' } })]],
    ['511', [on('append', 511)]],
  ])('%s', async (_, script) => {
    const around = rig({ script })
    const page = around.open()
    const upload = page.uploader.add(fileOf(size))
    const statuses: string[] = []
    upload.subscribe(({ status }) => statuses.push(status))
    await around.clock.run(upload.finished)
    await arrived(around, upload)
    expect(await upload.finished).toMatchObject({ verified: true })
    expect(page.notices).toMatchObject([{ type: 'network-blocked', upload, error: { code: 'blocked' } }])
    expect(statuses).toContain('waiting')
    expect(await around.server.sessions()).toHaveLength(1)
  })

  test('for ever at the finish: never a success', async () => {
    const around = rig({ script: [{ fault: 'html', on: 'complete', times: 10_000 }] })
    const upload = await around.upload(fileOf(size))
    expect(upload.getState()).toMatchObject({ status: 'failed', error: { code: 'blocked' } })
    expect(await around.server.sessions()).toMatchObject([{ status: 'uploading', offset: size }])
  })
})

describe('an answer that cannot be read (F21)', () => {
  const bad = [
    {},
    { offset: -1 },
    { offset: '12abc' },
    { offset: 1e21 },
    { offset: 1.5 },
    { offset: null },
    [],
    null,
    'ok',
  ]

  test.each(bad.map((body) => [body]))('%j to a chunk: the server is asked, and nothing is believed', async (body) => {
    const around = rig({
      script: [{ fault: 'status', status: 200, headers: { 'Content-Type': 'application/json' }, body, on: 'append' }],
    })
    const upload = await around.upload(fileOf(size))
    await arrived(around, upload)
    expect(around.server.story()).toEqual([create, append(1), 'offset', ...chunks.slice(1), 'complete'])
  })

  test.each(['create', 'offset'] as const)('at %s three times in a row is final', async (kind) => {
    const refusal: Entry = { fault: 'status', status: 200, body: { offset: '12abc' }, on: kind, times: 3 }
    const around = rig({ script: kind === 'offset' ? ['ok', 'drop', refusal] : [refusal] })
    const upload = await around.upload(fileOf(size))
    expect(upload.getState()).toMatchObject({ status: 'failed', error: { code: 'malformed' } })
    expect(around.server.left).toBe(0)
  })

  test('an offset beyond the file: this is not our session (F10)', async () => {
    const answer = { id: crypto.randomUUID(), url: 'https://files.example/api/uploads/1/', offset: size + 1, status: 1 }
    const around = rig({ script: [{ fault: 'status', status: 200, body: answer, on: 'append' }] })
    const page = around.open()
    const upload = page.uploader.add(fileOf(size))
    await around.clock.run(upload.finished)
    await arrived(around, upload)
    expect(notices(page)).toEqual(['restarted'])
  })
})

describe('bytes that changed on the way (F25, F31)', () => {
  const corrupt: Entry = { fault: 'corrupt', byte: 5000, on: 'append' }

  test('the file is read again; it has not changed, so it is sent once more, and arrives', async () => {
    const around = rig({ script: [corrupt] })
    const page = around.open()
    const upload = page.uploader.add(fileOf(size))
    await around.clock.run(upload.finished)
    await arrived(around, upload)
    expect(upload.getState()).toMatchObject({ poisoned: true, restarts: 1, verified: true })
    expect(notices(page)).toEqual(['restarted'])
    expect(created(around)).toBe(2)
  })

  test('a second time is final, and never a success', async () => {
    const around = rig({ script: [corrupt, { fault: 'ok', on: 'append', times: 2 }, corrupt] })
    const upload = await around.upload(fileOf(size))
    expect(upload.getState()).toMatchObject({ status: 'failed', error: { code: 'checksum' } })
    expect(created(around)).toBe(2)
    for (const session of await around.server.sessions()) expect(session.status).toBe('uploading')
  })

  test('the file itself has changed since it was read: it must be chosen again (F40)', async () => {
    const around = rig({ script: [corrupt] })
    const page = around.open()
    const file = fileOf(size)
    const upload = page.uploader.add(file)
    const begun = file.slice.bind(file)
    await around.clock.run(
      // What is read from now on is another file's.
      reached(upload, 'completing', () => (file.slice = (start, end) => fileOf(size, 'film.mp4', 2).slice(start, end))),
    )
    await around.clock.run(reached(upload, 'paused'))
    file.slice = begun
    expect(upload.getState()).toMatchObject({ reason: 'file', error: { code: 'file-changed' } })
    upload.choose(fileOf(size))
    await around.clock.run(upload.finished.catch(() => {}))
    expect(created(around)).toBe(2)
  })
})

describe('what the host says at the finish', () => {
  test('a refusal of its hook is a failure with its texts, though the upload is complete there', async () => {
    const answer = { file: ['This is no film.'] }
    const onComplete = (): never => {
      throw new UploadProblem('malformed', 'Refused', { answer })
    }
    const around = rig({ handler: { onComplete } })
    const upload = await around.upload(fileOf(size))
    expect(upload.getState()).toMatchObject({
      ...{
        status: 'failed',
        error: { code: 'refused', status: 400, message: expect.stringContaining('This is no film.') },
      },
    })
    expect(await around.server.sessions()).toMatchObject([{ status: 'complete' }])
  })

  test('its own answer is the upload’s', async () => {
    const around = rig({ handler: { onComplete: () => Response.json({ video: 5 }, { status: 201 }) } })
    const upload = await around.upload(fileOf(size))
    expect(await upload.finished).toMatchObject({ answer: { video: 5 }, verified: true })
  })
})

describe('checksums', () => {
  test('sha256, where the server compares that', async () => {
    const around = rig({ handler: { checksum: 'sha256' } })
    const upload = await around.upload(fileOf(size), { checksum: 'sha256' })
    expect(await upload.finished).toMatchObject({ verified: true })
    expect(await around.server.sessions()).toMatchObject([{ checksum: { algorithm: 'sha256' } }])
  })

  test('none, where the server compares none: complete, and not verified', async () => {
    const around = rig({ handler: { checksum: false } })
    const upload = await around.upload(fileOf(size), { checksum: false })
    await arrived(around, upload)
    expect(await upload.finished).toMatchObject({ verified: false })
    expect(around.hashes).toEqual([])
  })

  test('another one than the server compares is final, and says which', async () => {
    const around = rig({ handler: { checksum: 'sha256' } })
    const upload = await around.upload(fileOf(size))
    expect(upload.getState()).toMatchObject({
      ...{ status: 'failed', error: { code: 'rejected', message: expect.stringContaining("'sha256' is required") } },
    })
  })
})

describe('a whole file in one request', () => {
  const protocol = drfChunkedUpload({ whole: 1024 * 1024 })

  test('up to the size that was asked for: one POST, verified', async () => {
    const around = rig()
    const upload = await around.upload(fileOf(size), { protocol })
    await arrived(around, upload)
    expect(await upload.finished).toMatchObject({ verified: true })
    expect(around.server.log.map(({ method, kind }) => `${method} ${kind}`)).toEqual(['POST create'])
  })

  test('beyond it: in chunks', async () => {
    const around = rig({ page: { chunkSize: 8 * C } })
    const upload = await around.upload(fileOf(1024 * 1024 + 1), { protocol })
    await arrived(around, upload)
    expect(around.server.log.map(({ method }) => method)).toEqual(['PUT', 'PUT', 'PUT', 'POST'])
  })

  test.each<Entry>(['lost', 'drop', 'duplicate', { fault: 'cut', after: 100_000 }])(
    '%j: repeated under the same key, one upload (F33)',
    async (fault) => {
      const around = rig({ script: [fault] })
      const upload = await around.upload(fileOf(size), { protocol })
      await arrived(around, upload)
      expect(await around.server.sessions()).toHaveLength(1)
    },
  )
})

describe('a chunk that is refused for its range or its form (F18)', () => {
  const truncated = { detail: "File size doesn't match headers: file size is 9 but 65536 reported" }

  test.each<[string, Entry]>([
    ['416', on('append', 416)],
    ['400, since its body was cut short on the way', on('append', 400, { body: truncated })],
    ['408', on('append', 408)],
  ])('%s: the server is asked, and it is sent again', async (_, entry) => {
    const around = rig({ script: [entry] })
    const upload = await around.upload(fileOf(size))
    await arrived(around, upload)
    const [refused, ...next] = around.server.story().slice(1)
    expect(refused).toMatch(/^append 65536-131071.* 4\d\d$/)
    expect(next[0]).toBe('offset')
    expect(next.filter((line) => line !== 'offset')).toEqual([append(1), append(2), append(3), 'complete'])
  })

  test('408: with half of it', async () => {
    const around = rig({ script: [on('append', 408)], page: { chunkSize: 4 * C } })
    const upload = await around.upload(fileOf(8 * C))
    await arrived(around, upload)
    const ranges = around.server.log.flatMap(({ headers }) => headers['content-range'] ?? [])
    expect(ranges.slice(1, 3)).toEqual([`bytes ${4 * C}-${8 * C - 1}/${8 * C}`, `bytes ${4 * C}-${6 * C - 1}/${8 * C}`])
  })

  test('again and again at one offset is final, and the error says what was asked and answered', async () => {
    const around = rig({ script: [on('append', 416, { times: 3, body: { detail: 'Not this range.' } })] })
    const upload = await around.upload(fileOf(size))
    expect(upload.getState()).toMatchObject({
      status: 'failed',
      error: { status: 416, message: `Cannot append at offset ${C}: the server answered 416: Not this range.` },
    })
    expect(around.server.left).toBe(0)
    expect(await around.store.list()).toMatchObject([{ offset: C }])
  })
})

describe('what is final at once, with the record kept (F19)', () => {
  test.each([400, 405, 406, 415, 501, 505])('%d', async (status) => {
    const around = rig({ script: [on('append', status, { body: { detail: 'No.' } })] })
    const upload = await around.upload(fileOf(size))
    expect(upload.getState()).toMatchObject({
      status: 'failed',
      error: { status, message: expect.stringContaining('No.') },
    })
    expect(await around.store.list()).toMatchObject([{ offset: C }])
    upload.retry()
    await around.clock.run(upload.finished)
    await arrived(around, upload)
    expect(created(around)).toBe(1)
  })
})
