import { iriChunkedUploadsDouble, type IriDouble, type IriDoubleOptions } from '@chunkwise/testing/doubles'
import { describe, expect, test } from 'vitest'
import { bytesOf, C, fileOf, reached } from '../../test/rig.ts'
import { content, file, takeSteps, type Pair } from '../../test/steps.ts'
import { visits } from '../../test/visits.ts'
import type { FileFacts } from '../types.ts'
import { iriChunkedUploads, type IriOptions } from './iri-chunked-uploads.ts'

const endpoint = 'https://files.example/chunked_uploads/upload/'
const path = '/chunked_uploads/upload/'

interface Setting extends Partial<IriOptions> {
  readonly project?: IriDoubleOptions
  /** Answers in the server's place. */
  readonly instead?: (request: Request) => Response | undefined | void
}

function pairOf({ project, instead = () => undefined, ...options }: Setting = {}) {
  const double: IriDouble = iriChunkedUploadsDouble(project)
  const pair: Pair = {
    endpoint,
    protocol: () => iriChunkedUploads({ doneEndpoint: (uuid) => `/chunked_uploads/upload/done/${uuid}/`, ...options }),
    server: () => ({
      fetch: async (request) => instead(request) ?? double(request),
      finished: async () => double.uploads().flatMap((upload) => (upload.complete ? [upload.bytes()] : [])),
      forget: async () => double.endSessions(),
      signIn: () => {},
    }),
  }
  return { double, pair }
}

function rig(setting: Setting & { readonly facts?: Partial<FileFacts> } = {}) {
  const { double, pair } = pairOf(setting)
  return { double, ...takeSteps(pair, setting.facts) }
}

function world(setting: Setting = {}) {
  const { double, pair } = pairOf(setting)
  return { double, ...visits(pair) }
}

const other = (body = 'others', total = 100): Request =>
  new Request(endpoint, {
    ...{ method: 'POST', body },
    headers: { 'Content-Disposition': 'attachment; filename="other.mov"', 'Content-Range': `bytes 0-5/${total}` },
  })

describe('what goes out', () => {
  test('raw bytes with a range and a name that the server can read', async () => {
    const { begin, network, double } = rig()
    await begin()
    expect(network.log).toEqual([`GET ${path}`, `POST ${path} bytes 0-9/25`])
    expect(double.uploads()).toMatchObject([{ name: 'film20of2022us22203d201.mp4', total: 25 }])
  })

  test.each([
    '🎬.mp4',
    'película.mp4',
    '.htaccess',
    'a=b"c.mp4',
    '../../etc/passwd',
    `${'long '.repeat(60)}.mov`,
    '',
    'naïve.tar.gz',
  ])('the server’s name for %j is known again', async (name) => {
    const { begin, append, offset } = rig({ facts: { name } })
    await begin()
    expect(await offset()).toEqual({ offset: 10 })
    expect(await append(10, 25)).toEqual({ offset: 25 })
  })

  test('cancelled, record and file are dropped at our own origin, whatever host the server believes in', async () => {
    const urls: string[] = []
    const { begin, terminate, double } = rig({
      project: { site: 'internal:8000' },
      instead: ({ method, url }) => void urls.push(`${method} ${url}`),
    })
    await begin()
    expect(await terminate()).toBe(true)
    expect(urls.slice(2)).toEqual([`GET ${endpoint}`, 'DELETE https://files.example/chunked_uploads/1/delete/'])
    expect(double.uploads()).toEqual([])
  })

  test.each([undefined, '/done/00000000-0000-0000-0000-000000000000/'])(
    'a finish at %j is a wrong option',
    (doneEndpoint) => {
      expect(() => iriChunkedUploads({ doneEndpoint } as unknown as IriOptions)).toThrow(
        `the option "doneEndpoint" must be a function, got ${JSON.stringify(doneEndpoint)}`,
      )
    },
  )
})

describe('the only place', () => {
  test('that another upload occupies is left alone: busy, and no DELETE', async () => {
    const { create, network, double } = rig()
    await double(other())
    await expect(create()).rejects.toMatchObject({
      ...{
        code: 'busy',
        message: expect.stringContaining('the server is occupied by "other.mov" (6 of 100 bytes)'),
      },
    })
    expect(network.log).toEqual([`GET ${path}`])
  })

  test('is not ours to clear, not even by the cancellation of an upload that the server has forgotten', async () => {
    const { begin, terminate, double } = rig()
    await begin()
    double.endSessions()
    await double(other())
    await expect(terminate()).rejects.toMatchObject({ code: 'busy' })
    expect(double.uploads()).toHaveLength(2)
  })

  test('occupied, an upload is paused, and goes on when it is free', async () => {
    const { double, visit, end } = world()
    await double(other())
    const upload = visit().uploader.add(fileOf(C))
    expect(await end(upload)).toMatchObject({ status: 'paused', reason: 'tab', error: { code: 'busy' } })
    await double(new Request('https://files.example/chunked_uploads/1/delete/', { method: 'DELETE' }))
    upload.resume()
    expect((await end(upload)).status).toBe('completed')
  })

  test('is taken by one upload after the other', async () => {
    const { double, visit, end } = world()
    const { uploader } = visit({ concurrency: 3 })
    const files = [1, 2, 3].map((seed) => fileOf(2 * C, `${seed}.mp4`, seed))
    for (const upload of files.map((each) => uploader.add(each))) expect((await end(upload)).status).toBe('completed')
    expect(double.uploads().map((upload) => Buffer.from(upload.bytes()).equals(bytesOf(2 * C, upload.number)))).toEqual(
      [...[true, true, true]],
    )
  })

  test('stays with an upload that is paused; the next one waits in line until that has ended', async () => {
    const { visit, end, clock, double } = world()
    const { uploader } = visit()
    const one = uploader.add(fileOf(2 * C, '1.mp4', 1))
    const two = uploader.add(fileOf(C, '2.mp4', 2))
    await clock.run(reached(one, ({ offset }) => offset === C, one.pause))
    await clock.advance(60_000)
    expect(two.getState().status).toBe('queued')
    one.resume()
    expect((await end(one)).status).toBe('completed')
    expect((await end(two)).status).toBe('completed')
    expect(double.uploads()).toMatchObject([{ complete: true }, { complete: true }])
  })

  test('is free only when the server has dropped a cancelled upload', async () => {
    const { visit, end, clock, network, double } = world()
    const { uploader } = visit()
    const one = uploader.add(fileOf(2 * C, '1.mp4', 1))
    const two = uploader.add(fileOf(C, '2.mp4', 2))
    await clock.run(reached(one, ({ offset }) => offset === C, one.pause))
    const dropped = one.cancel()
    expect((await end(two)).status).toBe('completed')
    expect(await dropped).toBe(true)
    expect(double.uploads()).toMatchObject([{ number: 2, complete: true }])
    expect(network.log.filter((line) => line.startsWith('DELETE'))).toHaveLength(1)
  })

  test('stays with a failed upload until that is tried again, cancelled or taken off the list', async () => {
    const refuse = (request: Request): Response | undefined =>
      request.headers.get('Content-Range')?.startsWith(`bytes ${C}-`)
        ? Response.json({ detail: 'no' }, { status: 400 })
        : undefined
    const { visit, end, clock } = world({ instead: refuse })
    const { uploader } = visit()
    const one = uploader.add(fileOf(2 * C, '1.mp4', 1))
    const two = uploader.add(fileOf(C, '2.mp4', 2))
    expect(await end(one)).toMatchObject({ status: 'failed', error: { code: 'rejected' } })
    await clock.advance(60_000)
    expect(two.getState().status).toBe('queued')
    uploader.remove(one)
    expect(await end(two)).toMatchObject({ status: 'paused', reason: 'tab', error: { code: 'busy' } })
  })

  test('stays, after a reload, with the upload that has it, whoever is first in line', async () => {
    const { visit, end, clock, double } = world()
    const page = visit()
    const one = page.uploader.add(fileOf(2 * C, '1.mp4', 1))
    page.uploader.add(fileOf(C, '2.mp4', 2))
    await clock.run(reached(one, ({ offset }) => offset === C, page.close))
    const { uploader } = visit()
    const restored = await clock.run(uploader.restore())
    const find = (name: string) => restored.find((upload) => upload.name === name)
    find('2.mp4')?.choose(fileOf(C, '2.mp4', 2))
    await clock.advance(60_000)
    expect(find('2.mp4')?.getState().status).toBe('queued')
    find('1.mp4')?.choose(fileOf(2 * C, '1.mp4', 1))
    for (const upload of restored) expect((await end(upload)).status).toBe('completed')
    expect(double.uploads()).toMatchObject([
      { name: '1.mp4', complete: true },
      { name: '2.mp4', complete: true },
    ])
  })
})

describe('what the server has', () => {
  test('twice is never finished, though the sum may be that of the file: it is dropped, and begun anew', async () => {
    const { visit, end, at, double } = world()
    // The first chunk, which the browser sends twice by itself.
    at(2, () => 'duplicate')
    const upload = visit().uploader.add(fileOf(2 * C))
    expect((await end(upload)).restarts).toBe(1)
    expect(double.uploads()).toMatchObject([{ number: 2, complete: true }])
    expect(Buffer.from(double.uploads()[0]?.bytes() ?? []).equals(bytesOf(2 * C))).toBe(true)
  })

  test('… nor where nobody was left to hear the answer: what was sent is remembered before it goes', async () => {
    const { visit, end, at, clock, double } = world()
    const page = visit()
    const closed = new Promise<void>((resolve) => {
      at(2, () => {
        page.close()
        resolve()
        return 'duplicate'
      })
    })
    page.uploader.add(fileOf(2 * C))
    await clock.run(closed)
    const [upload] = await clock.run(visit().uploader.restore())
    upload?.choose(fileOf(2 * C))
    expect(upload && (await end(upload))).toMatchObject({ status: 'completed', restarts: 1 })
    expect(double.uploads()).toMatchObject([{ number: 2, complete: true }])
    expect(Buffer.from(double.uploads()[0]?.bytes() ?? []).equals(bytesOf(2 * C))).toBe(true)
  })

  test('of another upload with the same total is not taken for ours', async () => {
    const { create, offset, double } = rig()
    await create()
    await double(other('others', file.size))
    await expect(offset()).rejects.toMatchObject({ code: 'busy' })
  })

  test('is a part of a chunk that went out: it goes on behind that', async () => {
    const { begin, append, offset, complete, meet, double, server } = rig()
    await begin()
    await expect(meet('drop', () => append(10, 25))).rejects.toMatchObject({ code: 'network' })
    await double(new Request(endpoint, { method: 'POST', body: content.subarray(10, 14) }))
    expect(await offset()).toEqual({ offset: 14 })
    expect(await append(14, 25)).toEqual({ offset: 25 })
    await complete()
    expect(await server.finished()).toEqual([content])
  })

  test('is more than what went out: it is dropped', async () => {
    const { begin, offset, double } = rig()
    await begin()
    await double(new Request(endpoint, { method: 'POST', body: 'a' }))
    expect(await offset()).toBe('gone')
    expect(double.uploads()).toEqual([])
  })

  test('begun by a chunk of ours after its session had ended is dropped with it', async () => {
    const { begin, append, create, double } = rig()
    await begin()
    double.endSessions()
    expect(await append(10, 25)).toBe('gone')
    expect(double.uploads()).toMatchObject([{ number: 1 }])
    expect(await create()).toEqual({ offset: 0 })
  })

  test.each([
    ['the status of Eldarion’s original', Response.json([{}]), 'malformed'],
    ['no list', Response.json({ size: 5 }), 'malformed'],
    ['a size that is none', Response.json([{ upload_uuid: 'a', size: -0.5 }]), 'malformed'],
    ['a page', new Response('<title>Sign in</title>'), 'blocked'],
    ['404', new Response('', { status: 404 }), 'rejected'],
    ['403', new Response('', { status: 403 }), 'unauthorized'],
    ['500', new Response('', { status: 500 }), 'server'],
  ])('… or %s', async (_, response, code) => {
    await expect(rig({ instead: () => response.clone() }).create()).rejects.toMatchObject({ code })
  })
})

describe('the finish', () => {
  const atDone = (answer: () => Response) => (request: Request) =>
    request.url.includes('/done/') ? answer() : undefined

  test('gives the address of the film, if it is one', async () => {
    const { begin, complete } = rig()
    await begin(25)
    expect(await complete()).toMatchObject({
      url: expect.stringMatching(/^http:\/\/example\.com\/media\//),
      verified: false,
    })
    const script = rig({
      instead: atDone(() => Response.json([{ state: 'COMPLETE', video_url: 'javascript:alert(1)' }])),
    })
    await script.begin(25)
    expect(await script.complete()).toMatchObject({ url: undefined })
  })

  test('is never sent where the server has missed a byte', async () => {
    const { begin, complete, network } = rig()
    await begin(10)
    expect(await complete()).toEqual({ offset: 10 })
    expect(network.log.at(-1)).toBe(`GET ${path}`)
  })

  test.each([
    ['a wrong address', () => new Response('', { status: 404 }), 'rejected'],
    ['a project’s own check', () => new Response('', { status: 401 }), 'unauthorized'],
    ['a throttle', () => new Response('', { status: 429 }), 'throttled'],
  ])('refused by %s was not done, and may be sent again', async (_, answer, code) => {
    let refusing = true
    const { begin, complete, server } = rig({
      instead: (request) => (refusing ? atDone(answer)(request) : undefined),
    })
    await begin(25)
    await expect(complete()).rejects.toMatchObject({ code })
    refusing = false
    expect(await complete()).toMatchObject({ verified: false })
    expect(await server.finished()).toHaveLength(1)
  })

  test.each([
    ['a page', () => new Response('<title>Oops</title>')],
    ['an error of the server', () => new Response('', { status: 500 })],
    ['an answer that is none', () => Response.json([])],
  ])('answered by %s may have been done: nobody is asked again', async (_, answer) => {
    const { begin, complete, offset, network } = rig({ instead: atDone(answer) })
    await begin(25)
    await expect(complete()).rejects.toMatchObject({ code: 'unconfirmed' })
    const asked = network.log.length
    await expect(offset()).rejects.toMatchObject({ code: 'unconfirmed' })
    await expect(complete(undefined, { unanswered: 'complete' })).rejects.toMatchObject({ code: 'unconfirmed' })
    expect(network.log).toHaveLength(asked)
  })

  test('that the server calls a failure has deleted everything: a retry begins anew', async () => {
    const { visit, end, at, double } = world()
    at(5, () => 'duplicate')
    const upload = visit().uploader.add(fileOf(2 * C))
    expect(await end(upload)).toMatchObject({ status: 'failed', error: { code: 'refused' } })
    expect(double.uploads()).toEqual([])
    upload.retry()
    expect((await end(upload)).status).toBe('completed')
  })

  test('that never arrived leaves an upload in the way, which can be cancelled even after a retry', async () => {
    const { visit, end, at, clock, double } = world()
    at(5, () => 'drop')
    const upload = visit().uploader.add(fileOf(2 * C))
    expect(await end(upload)).toMatchObject({ status: 'failed', error: { code: 'unconfirmed' } })
    upload.retry()
    expect(await end(upload)).toMatchObject({ status: 'paused', reason: 'tab', error: { code: 'busy' } })
    expect(await clock.run(upload.cancel())).toBe(true)
    expect(double.uploads()).toEqual([])
  })

  test('that is broken off stays marked as sent', async () => {
    let breakOff = (): void => {}
    const { begin, complete, session, stop } = rig({
      instead: ({ url }) => {
        if (url.includes('/done/')) breakOff()
      },
    })
    breakOff = stop
    await begin(25)
    await expect(complete()).rejects.toMatchObject({ name: 'AbortError' })
    expect(session()).toMatchObject({ finishing: true })
  })

  test('that is broken off by a pause may have been done as well', async () => {
    const { visit, end, at } = world()
    const upload = visit().uploader.add(fileOf(2 * C))
    at(5, upload.pause)
    expect((await end(upload)).status).toBe('paused')
    upload.resume()
    expect(await end(upload)).toMatchObject({ status: 'failed', error: { code: 'unconfirmed' } })
  })

  test('may take its time, since nobody may ask again: ten minutes and more', async () => {
    const { begin, complete, network } = rig()
    await begin(25)
    await complete()
    expect(network.requests.at(-1)?.answerMs).toBeGreaterThan(600_000)
  })

  test('whose question before it failed was not sent, and is', async () => {
    const { visit, end, at } = world()
    at(4, () => 'lost')
    expect((await end(visit().uploader.add(fileOf(2 * C)))).status).toBe('completed')
  })
})
