import { describe, expect, test, vi } from 'vitest'
import { tokenAuth } from '../auth/token.ts'
import { createUploadHandler } from '../handler.ts'
import type { UploadHandlerOptions } from '../options.ts'
import { UploadProblem } from '../problem.ts'
import { memoryStore } from '../stores/memory.ts'
import { ask, base, chunkRequest, fileOf, finishRequest, handFed, md5, start } from './fixtures/drf-client.ts'

const serve = (options: Partial<UploadHandlerOptions> = {}) =>
  createUploadHandler({
    store: memoryStore(),
    onError: (error) => {
      throw error
    },
    ...options,
  })

const get = (url: string, headers: Record<string, string> = {}) => new Request(url, { headers })
const mismatch = (expected: number, provided: number) => ({
  detail: 'Offsets do not match',
  expected_offset: expected,
  provided_offset: provided,
})
const file = fileOf(25)

describe('S01 ids match one grammar, whatever the path', () => {
  const id = '0f8fad5b-d9cb-469f-a165-70867728950e'
  test.each([
    '..%2f..%2fetc%2fpasswd/',
    '%2e%2e/',
    '..%5c..%5cx/',
    `${id}%00/`,
    `${id}%2f..%2f${id}/`,
    '%252e%252e%252f/',
    './',
    '../uploads.bak/',
    '//etc/passwd/',
    `${id}${'0'.repeat(10_000)}/`,
    `${id}/extra/`,
    '%ff/',
    '%/',
    `${id.toUpperCase()}/`,
    `{${id}}/`,
  ])('%s', async (path) => {
    const read = vi.fn(memoryStore().read)
    const handler = serve({ store: { ...memoryStore(), read } })
    const { status, headers } = await ask(handler, get(base + path))
    // `./` is the list itself.
    expect(path === './' ? status === 200 : status === 404 && headers.get('content-type') === 'text/html').toBe(true)
    expect(read).not.toHaveBeenCalled()
  })
})

describe('S09 hostile ranges are refused, and no byte is stored', () => {
  test.each([
    ['bytes 0-9/5', 'End of chunk exceeds reported total (5 bytes)'],
    ['bytes 0-25/25', 'End of chunk exceeds reported total (25 bytes)'],
    ['bytes 9-0/25', "File size doesn't match headers: file size is 25 but -8 reported"],
    ['bytes 0-24/25, bytes 0-24/25', 'Error in request headers'],
    ['bytes 0-24/9007199254740993', 'Error in request headers'],
    [`bytes 0-24/${'9'.repeat(400)}`, 'Error in request headers'],
    ['bytes 0-24/*', 'Error in request headers'],
    ['bytes +0-24/25', 'Error in request headers'],
    ['bytes 0x0-24/25', 'Error in request headers'],
  ])('%s', async (range, detail) => {
    const handler = serve()
    const size = range === 'bytes 0-25/25' ? 26 : 25
    const answer = await ask(handler, chunkRequest({ range, file: fileOf(size), fields: { filename: 'a' } }))
    expect(answer).toMatchObject({ status: 400, body: { detail } })
    expect(await handler.sessions.list({ owner: undefined })).toEqual([])
  })

  test('a later chunk cannot change the total', async () => {
    const handler = serve()
    const url = await start(handler, file.subarray(0, 10), 25)
    const answer = await ask(handler, chunkRequest({ url, range: 'bytes 10-24/26', file: file.subarray(10) }))
    expect(answer).toMatchObject({
      status: 400,
      body: { detail: 'Total differs from the one at the start (25 bytes)' },
    })
  })

  test('a later chunk does not reach behind the total', async () => {
    const handler = serve()
    const url = await start(handler, file.subarray(0, 10), 25)
    const answer = await ask(handler, chunkRequest({ url, range: 'bytes 10-25/25', file: new Uint8Array(16) }))
    expect(answer).toMatchObject({ status: 400, body: { detail: 'End of chunk exceeds reported total (25 bytes)' } })
    expect((await ask(handler, get(url))).body).toMatchObject({ offset: 10 })
  })

  test('S08 a huge declared total is only a number', async () => {
    const handler = serve()
    const url = await start(handler, file.subarray(0, 10), 2 ** 53 - 1)
    expect((await ask(handler, get(url))).body).toMatchObject({ offset: 10 })
  })
})

describe('S10 bytes are counted as they come', () => {
  test('more bytes than declared are counted, not stored, and refused', async () => {
    const handler = serve({ store: memoryStore({ limit: 10 }) })
    const answer = await ask(handler, chunkRequest({ range: 'bytes 0-9/25', file, fields: { filename: 'a' } }))
    expect(answer.body).toEqual({ detail: "File size doesn't match headers: file size is 25 but 10 reported" })
  })

  test('fewer bytes than declared are refused and nothing of them stays', async () => {
    const handler = serve()
    const url = await start(handler, file.subarray(0, 10), 25)
    const answer = await ask(handler, chunkRequest({ url, range: 'bytes 10-24/25', file: file.subarray(10, 20) }))
    expect(answer.body).toEqual({ detail: "File size doesn't match headers: file size is 10 but 15 reported" })
    expect((await ask(handler, get(url))).body).toMatchObject({ offset: 10 })
  })

  test('a whole file over the limit ends as soon as it is', async () => {
    const handler = serve({ maxSize: 1000 })
    const endless = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(new Uint8Array(600)) })
    const request = chunkRequest({ method: 'POST', file: endless, fields: { filename: 'a', md5: 'x' } })
    expect((await ask(handler, request)).body).toEqual({ detail: 'Size of file exceeds the limit (1000 bytes)' })
  })

  test('a refused chunk is not read for ever', async () => {
    const handler = serve()
    const endless = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) })
    const url = `${base}0f8fad5b-d9cb-469f-a165-70867728950e/`
    expect(await ask(handler, chunkRequest({ url, range: 'bytes 0-99999999/100000000', file: endless }))).toMatchObject(
      {
        status: 404,
      },
    )
  })
})

describe('S11 there are no gaps', () => {
  test('the first chunk begins at 0', async () => {
    const handler = serve()
    const request = chunkRequest({ range: 'bytes 10-24/25', file: file.subarray(10), fields: { filename: 'a' } })
    expect(await ask(handler, request)).toMatchObject({ status: 400, body: mismatch(0, 10) })
    expect(await handler.sessions.list({ owner: undefined })).toEqual([])
  })

  test('a later chunk begins where the last one ended', async () => {
    const handler = serve()
    const url = await start(handler, file.subarray(0, 10), 25)
    const request = chunkRequest({ url, range: 'bytes 15-24/25', file: file.subarray(15) })
    expect(await ask(handler, request)).toMatchObject({ status: 400, body: mismatch(10, 15) })
  })
})

describe('F02 F03 what comes twice', () => {
  test('a chunk that was stored is not stored again, and the answer tells how far it is', async () => {
    const handler = serve()
    const url = await start(handler, file.subarray(0, 10), 25)
    const again = () => chunkRequest({ url, range: 'bytes 10-24/25', file: file.subarray(10) })
    expect(await ask(handler, again())).toMatchObject({ status: 200, body: { offset: 25 } })
    expect(await ask(handler, again())).toMatchObject({ status: 400, body: mismatch(25, 10) })
  })

  test('F33 the same key finds the same session, with what it has by now', async () => {
    const handler = serve()
    const request = () =>
      chunkRequest({ range: 'bytes 0-9/25', file: file.subarray(0, 10), fields: { upload_key: 'k1', filename: 'a' } })
    const first = await ask(handler, request())
    const second = await ask(handler, request())
    expect(second).toMatchObject({ status: 200, body: { id: first.body['id'], offset: 10 } })
    const url = String(first.body['url'])
    await ask(handler, chunkRequest({ url, range: 'bytes 10-24/25', file: file.subarray(10) }))
    expect(await ask(handler, request())).toMatchObject({ status: 200, body: { id: first.body['id'], offset: 25 } })
    expect(await handler.sessions.list({ owner: undefined })).toHaveLength(1)
  })

  test.each([
    ['another name', { range: 'bytes 0-9/25', fields: { upload_key: 'k1', filename: 'b' } }],
    ['another total', { range: 'bytes 0-9/26', fields: { upload_key: 'k1', filename: 'a' } }],
  ])('F33 the same key for %s is refused with 409', async (_name, more) => {
    const handler = serve()
    await start(handler, file.subarray(0, 10), 25, { fields: { upload_key: 'k1', filename: 'a' } })
    expect(await ask(handler, chunkRequest({ file: file.subarray(0, 10), ...more }))).toMatchObject({ status: 409 })
  })

  test('F33 keys of different owners do not meet', async () => {
    const handler = serve({ authenticate: tokenAuth({ a: '1', b: '2' }) })
    const urls = await Promise.all(
      ['a', 'b'].map((token) =>
        start(handler, file, 25, { fields: { upload_key: 'k' }, headers: { Authorization: `Token ${token}` } }),
      ),
    )
    expect(new Set(urls).size).toBe(2)
  })

  test('F33 fifty creations with one key at once make one session', async () => {
    const handler = serve()
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        ask(
          handler,
          chunkRequest({
            range: 'bytes 0-9/25',
            file: file.subarray(0, 10),
            fields: { upload_key: 'k', filename: 'a' },
          }),
        ),
      ),
    )
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0)
    for (const { status } of answers) expect([200, 423]).toContain(status)
    expect(await handler.sessions.list({ owner: undefined })).toMatchObject([{ offset: 10 }])
  })

  test('F33 a creation that was cut off goes on from the beginning it left under its key', async () => {
    const handler = serve()
    const { stream, feed, taken, cut } = handFed()
    const fields = { upload_key: 'k', filename: 'a' }
    const broken = ask(handler, chunkRequest({ range: 'bytes 0-9/25', file: stream, fields }))
    feed(file.subarray(0, 6))
    await taken()
    cut()
    expect(await broken).toMatchObject({ status: 400 })
    expect(await handler.sessions.list({ owner: undefined })).toMatchObject([{ offset: 6 }])
    const smaller = await ask(handler, chunkRequest({ range: 'bytes 0-3/25', file: file.subarray(0, 4), fields }))
    expect(smaller).toMatchObject({ status: 200, body: { offset: 6 } })
    const again = await ask(handler, chunkRequest({ range: 'bytes 0-9/25', file: file.subarray(0, 10), fields }))
    expect(again).toMatchObject({ status: 200, body: { id: smaller.body['id'], offset: 10 } })
    const url = String(again.body['url'])
    await ask(handler, chunkRequest({ url, range: 'bytes 10-24/25', file: file.subarray(10) }))
    expect(await ask(handler, finishRequest(url, { md5: md5(file) }))).toMatchObject({ status: 200 })
  })

  test('F33 a key whose session has expired begins a new one', async () => {
    const clock = { now: 0 }
    const handler = serve({ now: () => clock.now, lifetimeMs: 1000 })
    const first = await start(handler, file.subarray(0, 10), 25, { fields: { upload_key: 'k' } })
    clock.now = 1000
    const second = await start(handler, file.subarray(0, 10), 25, { fields: { upload_key: 'k' } })
    expect(second).not.toBe(first)
    expect(await ask(handler, get(first))).toMatchObject({ status: 404 })
  })

  test('F33 a whole file sent again under its key is finished once and answered twice', async () => {
    const hook = vi.fn()
    const handler = serve({ onComplete: hook })
    const request = () =>
      chunkRequest({ method: 'POST', file, fields: { upload_key: 'k', filename: 'a', md5: md5(file) } })
    const first = await ask(handler, request())
    const second = await ask(handler, request())
    expect(first).toMatchObject({ status: 200, body: { status: 2, offset: 25 } })
    expect(second).toMatchObject({ status: 200, body: first.body })
    expect(hook).toHaveBeenCalledTimes(1)
  })

  test('F33 a whole file that was cut off goes on where it broke', async () => {
    const handler = serve()
    const fields = { upload_key: 'k', filename: 'a', md5: md5(file) }
    const { stream, feed, taken, cut } = handFed()
    const broken = ask(handler, chunkRequest({ method: 'POST', file: stream, fields }))
    feed(file.subarray(0, 7))
    await taken()
    cut()
    await broken
    expect(await handler.sessions.list({ owner: undefined })).toMatchObject([{ offset: 7 }])
    const again = await ask(handler, chunkRequest({ method: 'POST', file, fields }))
    expect(again).toMatchObject({ status: 200, body: { status: 2, offset: 25 } })
  })
})

describe('F01 a chunk that is cut off', () => {
  async function cutAt(size: number) {
    const handler = serve()
    const url = await start(handler, file.subarray(0, 10), 25)
    const { stream, feed, taken, cut } = handFed()
    const broken = ask(handler, chunkRequest({ url, range: 'bytes 10-24/25', file: stream }))
    feed(file.subarray(10, 10 + size))
    await taken()
    cut()
    await broken
    return { handler, url }
  }

  test('leaves its beginning, and the upload goes on from there', async () => {
    const { handler, url } = await cutAt(6)
    expect((await ask(handler, get(url))).body).toMatchObject({ offset: 16 })
    const rest = chunkRequest({ url, range: 'bytes 16-24/25', file: file.subarray(16) })
    expect(await ask(handler, rest)).toMatchObject({ status: 200, body: { offset: 25 } })
    expect(await ask(handler, finishRequest(url, { md5: md5(file) }))).toMatchObject({ status: 200 })
  })

  test('may come again whole, as clients send it that do not ask', async () => {
    const { handler, url } = await cutAt(6)
    const again = () => chunkRequest({ url, range: 'bytes 10-24/25', file: file.subarray(10) })
    expect(await ask(handler, again())).toMatchObject({ status: 200, body: { offset: 25 } })
    expect(await ask(handler, again())).toMatchObject({ status: 400, body: mismatch(25, 10) })
    expect(await ask(handler, finishRequest(url, { md5: md5(file) }))).toMatchObject({ status: 200 })
  })

  test('is refused when it comes again from a client that knows keys: it asks, and a browser repeats by itself (F03)', async () => {
    const { handler, url } = await cutAt(6)
    const again = (key: Record<string, string>) =>
      chunkRequest({ url, range: 'bytes 10-24/25', file: file.subarray(10), fields: key })
    expect(await ask(handler, again({ upload_key: 'k' }))).toMatchObject({ status: 400, body: mismatch(16, 10) })
    expect((await ask(handler, get(url))).body).toMatchObject({ offset: 16 })
    expect(await ask(handler, again({}))).toMatchObject({ status: 200, body: { offset: 25 } })
  })

  test('may come again smaller, but not so small that it ends before what is kept', async () => {
    const { handler, url } = await cutAt(6)
    const tooSmall = chunkRequest({ url, range: 'bytes 10-12/25', file: file.subarray(10, 13) })
    expect(await ask(handler, tooSmall)).toMatchObject({ status: 400, body: mismatch(16, 10) })
    const smaller = chunkRequest({ url, range: 'bytes 10-19/25', file: file.subarray(10, 20) })
    expect(await ask(handler, smaller)).toMatchObject({ status: 200, body: { offset: 20 } })
  })

  test('from another place it is an ordinary mismatch', async () => {
    const { handler, url } = await cutAt(6)
    const other = chunkRequest({ url, range: 'bytes 12-24/25', file: file.subarray(12) })
    expect(await ask(handler, other)).toMatchObject({ status: 400, body: mismatch(16, 12) })
  })

  test('without a byte of it changes nothing', async () => {
    const { handler, url } = await cutAt(0)
    expect((await ask(handler, get(url))).body).toMatchObject({ offset: 10 })
  })
})

describe('S15 one writer per session', () => {
  test('fifty parallel PUTs of one range: exactly one 2xx, and the bytes are right', async () => {
    const handler = serve()
    const url = await start(handler, file.subarray(0, 10), 25)
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        ask(handler, chunkRequest({ url, range: 'bytes 10-24/25', file: file.subarray(10) })),
      ),
    )
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    for (const { status, body, headers } of answers)
      if (status === 400) expect(body).toEqual(mismatch(25, 10))
      else if (status === 423) expect(headers.get('retry-after')).toBe('1')
      else expect(status).toBe(200)
    expect(await ask(handler, finishRequest(url, { md5: md5(file) }))).toMatchObject({ status: 200 })
  })

  test('F04 the bytes of an abandoned request are dropped when a newer one comes', async () => {
    const handler = serve()
    const url = await start(handler, file.subarray(0, 10), 25)
    const zombie = handFed()
    const old = ask(handler, chunkRequest({ url, range: 'bytes 10-24/25', file: zombie.stream }))
    zombie.feed(new Uint8Array(6).fill(99))
    await zombie.taken()
    const newer = await ask(handler, chunkRequest({ url, range: 'bytes 10-24/25', file: file.subarray(10) }))
    expect(newer).toMatchObject({ status: 200, body: { offset: 25 } })
    expect(await old).toMatchObject({ status: 423 })
    expect(await ask(handler, finishRequest(url, { md5: md5(file) }))).toMatchObject({ status: 200 })
  })

  test('F04 S16 an offset that was told stays true: whoever is silent is stopped first', async () => {
    vi.useFakeTimers()
    try {
      const handler = serve()
      const url = await start(handler, file.subarray(0, 10), 25)
      const silent = handFed()
      const old = ask(handler, chunkRequest({ url, range: 'bytes 10-24/25', file: silent.stream }))
      silent.feed(file.subarray(10, 16))
      await silent.taken()
      const asked = ask(handler, get(url))
      await vi.advanceTimersByTimeAsync(2500)
      expect(await asked).toMatchObject({ status: 200, body: { offset: 16 } })
      expect(await old).toMatchObject({ status: 423 })
      silent.feed(file.subarray(16))
      expect((await ask(handler, get(url))).body).toMatchObject({ offset: 16 })
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('S17 the finish', () => {
  test('fifty parallel finishes complete once and run the hook once', async () => {
    const hook = vi.fn()
    const handler = serve({ onComplete: hook })
    const url = await start(handler, file, 25)
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => ask(handler, finishRequest(url, { md5: md5(file) }))),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    for (const { status, body } of answers)
      if (status !== 200) expect(body).toEqual({ detail: 'Upload has already been marked as "complete"' })
    expect(hook).toHaveBeenCalledTimes(1)
  })

  test('stops a chunk that is still coming, and judges what was committed', async () => {
    const handler = serve()
    const url = await start(handler, file.subarray(0, 10), 25)
    const slow = handFed()
    const chunk = ask(handler, chunkRequest({ url, range: 'bytes 10-24/25', file: slow.stream }))
    slow.feed(file.subarray(10, 20))
    await slow.taken()
    expect(await ask(handler, finishRequest(url, { md5: md5(file.subarray(0, 10)) }))).toMatchObject({ status: 200 })
    expect(await chunk).toMatchObject({ status: 423 })
    expect((await ask(handler, get(url))).body).toMatchObject({ status: 2, offset: 10 })
  })

  test('of an expired upload is 410, and the sweep and the finish do not both win', async () => {
    const clock = { now: 0 }
    const handler = serve({ now: () => clock.now, lifetimeMs: 1000 })
    const url = await start(handler, file, 25)
    clock.now = 1000
    const [swept, finished] = await Promise.all([handler.sweep(), ask(handler, finishRequest(url, { md5: md5(file) }))])
    expect(swept.sessions).toBe(1)
    expect([404, 410]).toContain(finished.status)
  })

  test('a hook that fails leaves the upload to the next finish', async () => {
    let calls = 0
    const handler = serve({
      onError: () => {},
      onComplete: () => {
        calls += 1
        if (calls === 1) throw new Error('the archive is down')
      },
    })
    const url = await start(handler, file, 25)
    expect(await ask(handler, finishRequest(url, { md5: md5(file) }))).toMatchObject({ status: 500 })
    expect((await ask(handler, get(url))).body).toMatchObject({ status: 1 })
    expect(await ask(handler, finishRequest(url, { md5: 'f'.repeat(32) }))).toMatchObject({ status: 400 })
    expect(await ask(handler, finishRequest(url, { md5: md5(file) }))).toMatchObject({
      status: 200,
      body: { status: 2 },
    })
  })

  test('S41 the hook sees the whole, verified file', async () => {
    const seen: unknown[] = []
    const handler = serve({
      onComplete: async ({ session, file: finished, request }) => {
        const bytes = new Uint8Array(await new Response(finished.stream()).arrayBuffer())
        seen.push(session.checksum?.value, bytes, session.status, request?.method)
      },
    })
    const url = await start(handler, file, 25)
    await ask(handler, finishRequest(url, { md5: md5(file) }))
    expect(seen).toEqual([md5(file), file, 'complete', 'POST'])
  })

  test('a refusal of the host is the answer, in its own words and status', async () => {
    const handler = serve({
      onComplete: () => {
        throw new UploadProblem('forbidden', 'virus', { answer: { file: ['refused'] } })
      },
    })
    const url = await start(handler, file, 25)
    expect(await ask(handler, finishRequest(url, { md5: md5(file) }))).toMatchObject({
      status: 403,
      body: { file: ['refused'] },
    })
  })

  test('F31 a wrong checksum changes nothing, and the right one finishes afterwards', async () => {
    const handler = serve()
    const url = await start(handler, file, 25)
    expect(await ask(handler, finishRequest(url, { md5: '0'.repeat(32) }))).toMatchObject({
      status: 400,
      body: { detail: 'checksum does not match' },
    })
    expect(await ask(handler, finishRequest(url, { md5: md5(file) }))).toMatchObject({ status: 200 })
  })
})

describe('S19 the checksum field', () => {
  const right = md5(file)
  test.each([
    ['upper case', JSON.stringify({ md5: right.toUpperCase() }), 'checksum does not match'],
    ['white space', JSON.stringify({ md5: ` ${right}` }), 'checksum does not match'],
    ['31 digits', JSON.stringify({ md5: right.slice(1) }), 'checksum does not match'],
    ['33 digits', JSON.stringify({ md5: `${right}0` }), 'checksum does not match'],
    ['a list', JSON.stringify({ md5: [right] }), 'checksum does not match'],
    ['an object', JSON.stringify({ md5: { $ne: '' } }), 'checksum does not match'],
    ['a number', JSON.stringify({ md5: 1 }), 'checksum does not match'],
    ['nothing', JSON.stringify({}), "Checksum of type 'md5' is required"],
    ['null', JSON.stringify({ md5: null }), "Checksum of type 'md5' is required"],
    ['S24 another prototype', '{"__proto__":{"md5":"x"}}', "Checksum of type 'md5' is required"],
    ['no object', '"md5"', undefined],
  ])('as %s is refused, and the state is as before', async (_name, body, detail) => {
    const handler = serve()
    const url = await start(handler, file, 25)
    const request = new Request(url, { method: 'POST', body, headers: { 'Content-Type': 'application/json' } })
    const answer = await ask(handler, request)
    expect(answer.status).toBe(400)
    if (detail !== undefined) expect(answer.body).toEqual({ detail })
    expect(await ask(handler, finishRequest(url, { md5: right }))).toMatchObject({ status: 200 })
  })
})

describe("S04 another's upload is as unknown as none", () => {
  const unknown = `${base}0f8fad5b-d9cb-469f-a165-70867728950e/`
  const verbs: Record<string, (url: string, headers: Record<string, string>) => Request> = {
    status: (url, headers) => get(url, headers),
    head: (url, headers) => new Request(url, { method: 'HEAD', headers }),
    chunk: (url, headers) => chunkRequest({ url, range: 'bytes 10-24/25', file: file.subarray(10), headers }),
    finish: (url, headers) => finishRequest(url, { md5: md5(file) }, headers),
    terminate: (url, headers) => new Request(url, { method: 'DELETE', headers }),
  }
  const bob = { Authorization: 'Token b' }

  test.each(Object.keys(verbs))('%s', async (verb) => {
    const handler = serve({ authenticate: tokenAuth({ a: 'alice', b: 'bob' }) })
    const url = await start(handler, file.subarray(0, 10), 25, { headers: { Authorization: 'Token a' } })
    const request = verbs[verb]
    if (!request) throw new Error(verb)
    const foreign = await ask(handler, request(url, bob))
    const none = await ask(handler, request(unknown, bob))
    expect(foreign.status).toBe(404)
    expect(foreign.body).toEqual(none.body)
    expect([...foreign.headers.keys()]).toEqual([...none.headers.keys()])
    expect(await ask(handler, request(url, {}))).toMatchObject({ status: 401 })
    expect(await ask(handler, request(url, { Authorization: 'Token expired' }))).toMatchObject({ status: 401 })
    expect((await ask(handler, get(url, { Authorization: 'Token a' }))).body).toMatchObject({ offset: 10, status: 1 })
  })

  test("a foreign chunk does not even stop the owner's writer", async () => {
    const handler = serve({ authenticate: tokenAuth({ a: 'alice', b: 'bob' }) })
    const alice = { Authorization: 'Token a' }
    const url = await start(handler, file.subarray(0, 10), 25, { headers: alice })
    const slow = handFed()
    const own = ask(handler, chunkRequest({ url, range: 'bytes 10-24/25', file: slow.stream, headers: alice }))
    slow.feed(file.subarray(10, 20))
    await slow.taken()
    await ask(handler, chunkRequest({ url, range: 'bytes 10-24/25', file: file.subarray(10), headers: bob }))
    slow.feed(file.subarray(20))
    slow.end()
    expect(await own).toMatchObject({ status: 200, body: { offset: 25 } })
  })

  test("the list shows one's own only", async () => {
    const handler = serve({ authenticate: tokenAuth({ a: 'alice', b: 'bob' }) })
    await start(handler, file, 25, { headers: { Authorization: 'Token a' } })
    const request = new Request(base, { headers: bob })
    expect(await (await handler(request)).json()).toEqual([])
  })
})

describe('S31 addresses in answers', () => {
  const forwarded = { 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'https', Forwarded: 'host=evil.example' }
  test.each([
    ['forwarded headers are not believed unasked', {}, 'http://localhost/api/uploads/'],
    ['behind a proxy they are', { trustProxy: true }, 'https://evil.example/api/uploads/'],
    [
      'a configured origin wins',
      { trustProxy: true, origin: 'https://files.example' },
      'https://files.example/api/uploads/',
    ],
  ])('%s', async (_name, options, prefix) => {
    const url = await start(serve(options), file, 25, { headers: forwarded })
    expect(url.startsWith(prefix)).toBe(true)
  })

  test.each(['evil.example/x', 'a b', 'user@evil.example', 'evil.example:99999', '', '"', 'x?'])(
    'behind a proxy that lets through %j as a host, the host of the request is told',
    async (host) => {
      const headers = { 'X-Forwarded-Host': host }
      const url = await start(serve({ trustProxy: true }), file, 25, { headers })
      expect(url.startsWith('http://localhost/api/uploads/')).toBe(true)
    },
  )

  test('a redirect is relative', async () => {
    const { headers } = await ask(serve({ trustProxy: true }), get('http://localhost/api/uploads', forwarded))
    expect(headers.get('location')).toBe('/api/uploads/')
  })
})

describe('DELETE', () => {
  test('ends an upload and drops its bytes', async () => {
    const handler = serve({ store: memoryStore({ limit: 25 }) })
    const url = await start(handler, file, 25)
    expect(await ask(handler, new Request(url, { method: 'DELETE' }))).toMatchObject({ status: 204 })
    expect(await ask(handler, get(url))).toMatchObject({ status: 404 })
    await start(handler, file, 25)
  })

  test('stops a chunk that is still coming', async () => {
    const handler = serve()
    const url = await start(handler, file.subarray(0, 10), 25)
    const slow = handFed()
    const chunk = ask(handler, chunkRequest({ url, range: 'bytes 10-24/25', file: slow.stream }))
    slow.feed(file.subarray(10, 20))
    await slow.taken()
    expect(await ask(handler, new Request(url, { method: 'DELETE' }))).toMatchObject({ status: 204 })
    expect(await chunk).toMatchObject({ status: 423 })
  })

  test.each(['0.6.0', '0.5.1'] as const)('is unknown to %s', async (compat) => {
    const handler = serve({ compat })
    const url = await start(handler, file, 25)
    expect(await ask(handler, new Request(url, { method: 'DELETE' }))).toMatchObject({ status: 405 })
  })
})

describe('what the real server has no word for', () => {
  test('S07 a full store is 507, and the upload goes on when there is room', async () => {
    const handler = serve({ store: memoryStore({ limit: 20 }) })
    const url = await start(handler, file.subarray(0, 10), 25)
    const other = await start(handler, file.subarray(0, 5), 5)
    const rest = () => chunkRequest({ url, range: 'bytes 10-19/25', file: file.subarray(10, 20) })
    expect(await ask(handler, rest())).toMatchObject({ status: 507 })
    expect((await ask(handler, get(url))).body).toMatchObject({ offset: 10 })
    await ask(handler, new Request(other, { method: 'DELETE' }))
    expect(await ask(handler, rest())).toMatchObject({ status: 200, body: { offset: 20 } })
  })

  test('without checksums a finish needs the bytes that were announced', async () => {
    const handler = serve({ checksum: false })
    const url = await start(handler, file.subarray(0, 10), 25)
    expect(await ask(handler, new Request(url, { method: 'POST' }))).toMatchObject({
      status: 400,
      body: { detail: 'Offsets do not match', expected_offset: 10 },
    })
    await ask(handler, chunkRequest({ url, range: 'bytes 10-24/25', file: file.subarray(10) }))
    expect(await ask(handler, new Request(url, { method: 'POST' }))).toMatchObject({ status: 200, body: { status: 2 } })
  })
})

describe('S33 the lifetime', () => {
  test('counts from the last durable byte', async () => {
    const clock = { now: 0 }
    const handler = serve({ now: () => clock.now, lifetimeMs: 1000 })
    const url = await start(handler, file.subarray(0, 10), 25)
    clock.now = 900
    await ask(handler, chunkRequest({ url, range: 'bytes 10-14/25', file: file.subarray(10, 15) }))
    clock.now = 1800
    expect(await handler.sweep()).toEqual({ sessions: 0, orphans: 0 })
    const rest = chunkRequest({ url, range: 'bytes 15-24/25', file: file.subarray(15) })
    expect(await ask(handler, rest)).toMatchObject({ status: 200 })
    clock.now = 2800
    expect(await handler.sweep()).toEqual({ sessions: 1, orphans: 0 })
    expect(await ask(handler, get(url))).toMatchObject({ status: 404 })
  })

  test('a write probe does not prolong it', async () => {
    const clock = { now: 0 }
    const handler = serve({ now: () => clock.now, lifetimeMs: 1000 })
    const url = await start(handler, file.subarray(0, 10), 25)
    clock.now = 900
    const probe = chunkRequest({ url, range: 'bytes 10-9/25', file: new Uint8Array(0) })
    expect(await ask(handler, probe)).toMatchObject({ status: 200 })
    clock.now = 1000
    expect(await handler.sweep()).toMatchObject({ sessions: 1 })
  })

  test('a sweep leaves alone what is being written, and finished uploads for good', async () => {
    const clock = { now: 0 }
    const handler = serve({ now: () => clock.now, lifetimeMs: 1000 })
    const done = await start(handler, file, 25)
    await ask(handler, finishRequest(done, { md5: md5(file) }))
    const url = await start(handler, file.subarray(0, 10), 25)
    const slow = handFed()
    clock.now = 999
    const chunk = ask(handler, chunkRequest({ url, range: 'bytes 10-24/25', file: slow.stream }))
    slow.feed(file.subarray(10, 20))
    await slow.taken()
    clock.now = 5000
    expect(await handler.sweep()).toMatchObject({ sessions: 0 })
    slow.feed(file.subarray(20))
    slow.end()
    expect(await chunk).toMatchObject({ status: 200 })
    expect((await ask(handler, get(done))).body).toMatchObject({ status: 2 })
  })

  test('a chunk that comes between the look and the lock wins over the sweep', async () => {
    const clock = { now: 0 }
    const store = memoryStore()
    let meanwhile = async (): Promise<void> => {}
    const list = async function* () {
      for await (const session of store.list()) {
        await meanwhile()
        yield session
      }
    }
    const handler = serve({ store: { ...store, list }, now: () => clock.now, lifetimeMs: 1000 })
    const url = await start(handler, file.subarray(0, 10), 25)
    meanwhile = async () => {
      clock.now = 999
      await ask(handler, chunkRequest({ url, range: 'bytes 10-24/25', file: file.subarray(10) }))
      clock.now = 1500
    }
    expect(await handler.sweep()).toMatchObject({ sessions: 0 })
    expect((await ask(handler, get(url))).body).toMatchObject({ offset: 25 })
  })

  test('finished uploads go after a retention of their own', async () => {
    const clock = { now: 0 }
    const handler = serve({ now: () => clock.now, lifetimeMs: 1000, retentionMs: 5000 })
    const url = await start(handler, file, 25)
    await ask(handler, finishRequest(url, { md5: md5(file) }))
    clock.now = 4999
    expect(await handler.sweep()).toMatchObject({ sessions: 0 })
    clock.now = 5000
    expect(await handler.sweep()).toMatchObject({ sessions: 1 })
  })
})

describe('what the host may set', () => {
  test("metadata: fields that are not the protocol's reach the hook", async () => {
    const seen: unknown[] = []
    const handler = serve({ onComplete: ({ session }) => void seen.push(session.metadata) })
    const url = await start(handler, file, 25, { fields: { album: 'summer', __proto__x: 'y', owner_id: '7' } })
    await ask(handler, finishRequest(url, { md5: md5(file) }))
    expect(seen).toEqual([{ album: 'summer', __proto__x: 'y', owner_id: '7' }])
  })

  test('a limit per request', async () => {
    const handler = serve({ maxSize: (request) => (request.headers.get('x-plan') === 'free' ? 10 : undefined) })
    const request = chunkRequest({
      range: 'bytes 0-24/25',
      file,
      fields: { filename: 'a' },
      headers: { 'X-Plan': 'free' },
    })
    expect((await ask(handler, request)).body).toEqual({ detail: 'Size of file exceeds the limit (10 bytes)' })
    await start(handler, file, 25)
  })

  test('the JSON of an upload', async () => {
    const handler = serve({ drf: { serialize: ({ id, offset }, session) => ({ id, offset, size: session.size }) } })
    const request = chunkRequest({ range: 'bytes 0-24/25', file, fields: { filename: 'a' } })
    expect(Object.keys((await ask(handler, request)).body)).toEqual(['id', 'offset', 'size'])
  })

  test('which uploads one sees', async () => {
    const handler = serve({
      authenticate: tokenAuth({ a: 'team/alice', b: 'team/bob', c: 'other/carol' }),
      visible: (session, { owner }) => session.owner?.split('/')[0] === owner?.split('/')[0],
    })
    const url = await start(handler, file.subarray(0, 10), 25, { headers: { Authorization: 'Token a' } })
    expect(await ask(handler, get(url, { Authorization: 'Token b' }))).toMatchObject({ status: 200 })
    expect(await ask(handler, get(url, { Authorization: 'Token c' }))).toMatchObject({ status: 404 })
  })
})
