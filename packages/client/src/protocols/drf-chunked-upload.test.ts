import { describe, expect, test } from 'vitest'
import { createFakeClock, type FakeClock } from '@chunkwise/testing'
import type { FileFacts, ProtocolRequest, Reply, Tools, Unanswered } from '../types.ts'
import { drfChunkedUpload, type DrfOptions } from './drf-chunked-upload.ts'

const endpoint = 'https://example.com/api/uploads/'
const id = '241aabc8-efc3-4507-99f0-5d5b1a017fa9'
const session = { url: `${endpoint}${id}/` }
const size = 25
const checksum = { algorithm: 'md5' as const, hex: 'd41d8cd98f00b204e9800998ecf8427e' }
const file: FileFacts = {
  key: 'ab'.repeat(16),
  name: 'a "b".txt',
  type: 'text/plain',
  size,
  metadata: { album: '7' },
  checksum: undefined,
}
const body = new Blob(['0123456789'], { type: 'text/plain' })

type Answer = Reply | Error
const answer = (status: number, json?: unknown, headers: Record<string, string> = {}): Reply => ({
  ...{ status, url: endpoint, text: json === undefined ? '' : typeof json === 'string' ? json : JSON.stringify(json) },
  header: (name) => headers[name.toLowerCase()],
})
const upload = (offset: number, more: object = {}) => ({ id, url: session.url, offset, status: 1, ...more })
const html = '<!doctype html><title>Sign in</title>'
const mismatch = { detail: 'checksum does not match' }

interface Setting extends DrfOptions {
  readonly unanswered?: Unanswered
  readonly renewed?: boolean
  readonly at?: string
}

function rig(answers: readonly Answer[], { unanswered, renewed = false, at = endpoint, ...options }: Setting = {}) {
  const left = [...answers]
  const sent: ProtocolRequest[] = []
  const clock: FakeClock = createFakeClock()
  const tools: Tools = {
    endpoint: at,
    signal: new AbortController().signal,
    ...{ unanswered, renewed, clock },
    keep: () => Promise.resolve(),
    async send(request) {
      sent.push(request)
      const next = left.shift()
      if (!next) throw new Error(`No answer for ${request.method} ${request.url}`)
      if (next instanceof Error) throw next
      return next
    },
  }
  return {
    protocol: drfChunkedUpload(options),
    tools,
    sent,
    clock,
    log: () => sent.map(({ method }) => method).join(' '),
  }
}

const form = ({ body: sent }: ProtocolRequest): FormData => {
  if (sent instanceof FormData) return sent
  throw new TypeError('expected a form')
}

describe('create', () => {
  test('PUTs the first chunk with name, key and own fields, the bytes last, named and typed as the file (section 4.1)', async () => {
    const { protocol, tools, sent } = rig([answer(200, upload(10))])
    const created = await protocol.create(file, { offset: 0, body }, tools)
    expect(created).toEqual({ session, offset: 10 })
    const [request] = sent
    expect(request).toMatchObject({ method: 'PUT', url: endpoint, carries: 10 })
    expect(request?.headers).toEqual({ 'Content-Range': 'bytes 0-9/25', Accept: 'application/json' })
    const fields = request ? [...form(request)] : []
    expect(fields.map(([name]) => name)).toEqual(['upload_key', 'filename', 'album', 'file'])
    expect(fields[1]?.[1]).toBe('a "b".txt')
    const part = fields[3]?.[1]
    expect(part).toMatchObject({ name: 'a "b".txt', type: 'text/plain', size: 10 })
  })

  test('the file field is named as the project names it', async () => {
    const { protocol, tools, sent } = rig([answer(200, upload(10))], { fileField: 'my_file' })
    await protocol.create(file, { offset: 0, body }, tools)
    expect(sent[0] && form(sent[0]).has('my_file')).toBe(true)
  })

  test.each([
    ['behind a TLS proxy', endpoint, { id, url: `http://internal:8000/api/uploads/${id}/` }, session.url],
    ['under another path', endpoint, { id, url: `https://example.com/v2/${id}/` }, session.url],
    ['by id alone, with a slash', endpoint, { id }, session.url],
    ['by id alone, without', 'https://example.com/api/uploads', { id }, `https://example.com/api/uploads/${id}`],
    ['with an address that is a script (F34)', endpoint, { id, url: 'javascript:alert(1)' }, session.url],
    ['with an address that is none', endpoint, { id, url: 'http://[' }, session.url],
    ['with the address of the endpoint', endpoint, { id, url: endpoint }, session.url],
    [
      'under a path that looks like another origin (F34)',
      'https://example.com/',
      { url: 'https://a//evil.example/x' },
      'https://example.com//evil.example/x',
    ],
    ['under another origin (F34)', endpoint, { url: `https://evil.example/api/uploads/${id}/` }, session.url],
  ])('an upload %s is found at the endpoint', async (_, at, named, url) => {
    const { protocol, tools } = rig([answer(200, { offset: 10, ...named })], { at })
    expect(await protocol.create(file, { offset: 0, body }, tools)).toMatchObject({ session: { url } })
  })

  test.each([
    [answer(200, { offset: 10 }), 'malformed'],
    [answer(200, { id, offset: -1 }), 'malformed'],
    [answer(200, html), 'blocked'],
    [answer(401, { detail: 'Invalid token.' }), 'unauthorized'],
    [answer(403, { detail: 'CSRF Failed: CSRF token missing.' }), 'unauthorized'],
    [answer(400, { detail: 'Upload requires user authentication but user cannot be determined' }), 'unauthorized'],
    [answer(400, { detail: { filename: ['This field is required.'] } }), 'rejected'],
    [answer(404, html), 'rejected'],
    [answer(405, { detail: 'Method "PUT" not allowed.' }), 'rejected'],
    [answer(413, html), 'too-large'],
    [answer(415, { detail: 'Unsupported media type' }), 'rejected'],
    [answer(429, { detail: 'Request was throttled.' }, { 'retry-after': '7' }), 'throttled'],
    [answer(500, html), 'server'],
    [answer(501), 'rejected'],
    [answer(507, { code: 'storage-full' }), 'rejected'],
  ] as const)('%j is the error %s', async (refusal, code) => {
    const { protocol, tools } = rig([refusal])
    await expect(protocol.create(file, { offset: 0, body }, tools)).rejects.toMatchObject({ code })
  })

  test('a refusal carries what the server said, its status and its wish', async () => {
    const { protocol, tools } = rig([answer(429, { detail: 'Too fast.' }, { 'retry-after': '7' })])
    await expect(protocol.create(file, { offset: 0, body }, tools)).rejects.toMatchObject({
      ...{
        message: 'Cannot create an upload of "a "b".txt": the server answered 429: Too fast.',
        status: 429,
        retryAfterMs: 7000,
      },
    })
  })

  test('a whole file goes in one POST with its checksum, and is complete (section 4.4)', async () => {
    const done = upload(10, { status: 2 })
    const { protocol, tools, sent } = rig([answer(200, done)], { whole: 100 })
    const created = await protocol.create({ ...file, size: 10, checksum }, { offset: 0, body }, tools)
    expect(created).toEqual({ session, offset: 10, complete: { url: session.url, answer: done, verified: true } })
    const [request] = sent
    expect(request).toMatchObject({ method: 'POST', url: endpoint })
    expect(request && form(request).get('md5')).toBe(checksum.hex)
  })
})

describe('append', () => {
  const chunk = { offset: 10, body }
  const outcome = (answers: readonly Answer[], setting: Setting = {}) => {
    const { protocol, tools, log } = rig(answers, setting)
    return protocol.append(session, file, chunk, tools).then((result) => ({ result, log: log() }))
  }

  test('PUTs the bytes, and the key by which it says that it asks after a cut (section 4.2, F03)', async () => {
    const { protocol, tools, sent } = rig([answer(200, upload(20))])
    expect(await protocol.append(session, file, chunk, tools)).toEqual({ offset: 20 })
    const [request] = sent
    expect(request).toMatchObject({ method: 'PUT', url: session.url, headers: { 'Content-Range': 'bytes 10-19/25' } })
    expect(request && [...form(request).keys()]).toEqual(['upload_key', 'file'])
  })

  test.each([
    [
      [answer(400, { detail: 'Offsets do not match', expected_offset: 20, provided_offset: 10 })],
      { offset: 20 },
      'PUT',
    ],
    [[answer(400, { detail: 'Offsets do not match', offset: 20 })], { offset: 20 }, 'PUT'],
    [[answer(400, { detail: 'Offsets do not match', expected_offset: 26 })], { offset: 26 }, 'PUT'],
    [[answer(410, { detail: 'Upload has expired' })], 'gone', 'PUT'],
    [[answer(200, upload(26))], { offset: 26 }, 'PUT'],
    // The async fork has no number in its mismatch.
    [[answer(400, { detail: 'Offsets do not match: 10, 20' }), answer(200, upload(20))], { offset: 20 }, 'PUT GET'],
    [
      [answer(400, { detail: 'Upload has already been marked as "complete"' }), answer(200, upload(25, { status: 2 }))],
      { offset: 25, complete: { url: session.url, answer: upload(25, { status: 2 }), verified: false } },
      'PUT GET',
    ],
  ] as const)('%j gives %j', async (answers, result, log) => {
    expect(await outcome(answers)).toEqual({ result, log })
  })

  test('a missing upload may mean a missing user, until credentials were renewed (section 7)', async () => {
    const missing = answer(404, { detail: 'Not found.' })
    await expect(outcome([missing])).rejects.toMatchObject({ code: 'unauthorized' })
    expect((await outcome([missing], { renewed: true })).result).toBe('gone')
    await expect(outcome([answer(404, html)], { renewed: true })).rejects.toMatchObject({ code: 'rejected' })
  })

  test.each([
    [[answer(400, { detail: 'No chunk file was submitted' }), answer(200, upload(10))], 'malformed'],
    [
      [
        answer(400, { detail: "File size doesn't match headers: file size is 4 but 10 reported" }),
        answer(200, upload(10)),
      ],
      'malformed',
    ],
    [[answer(400, { detail: 'Size of file exceeds the limit (9 bytes)' }), answer(200, upload(10))], 'rejected'],
    [[answer(413, html)], 'too-large'],
    // Django refuses a body that is over its limit on memory by itself.
    [[answer(400, '<h1>Bad Request (400)</h1>'), answer(200, upload(10))], 'too-large'],
    [[answer(502, html)], 'server'],
    [[answer(200, html)], 'blocked'],
    [[answer(200, upload(20, { file: null }))], 'rejected'],
  ] as const)('%j is the error %s', async (answers, code) => {
    await expect(outcome(answers)).rejects.toMatchObject({ code })
  })
})

describe('offset', () => {
  test('is what the server says', async () => {
    const { protocol, tools, sent } = rig([answer(200, upload(20))])
    expect(await protocol.offset(session, file, tools)).toEqual({ offset: 20 })
    expect(sent[0]).toMatchObject({ method: 'GET', url: session.url })
  })

  test('a finished upload is verified only if an own finish went unanswered (I01)', async () => {
    const done = answer(200, upload(25, { status: 2 }))
    const asked = (unanswered?: Unanswered) => {
      const { protocol, tools } = rig([done], unanswered ? { unanswered } : {})
      return protocol.offset(session, file, tools)
    }
    expect(await asked('complete')).toMatchObject({ complete: { verified: true } })
    expect(await asked()).toMatchObject({ complete: { verified: false } })
  })

  test('a record without address is gone', async () => {
    const { protocol, tools } = rig([])
    await expect(protocol.offset({}, file, tools)).rejects.toMatchObject({ code: 'gone' })
  })
})

describe('complete', () => {
  const outcome = (answers: readonly Answer[], setting: Setting = {}, sum: typeof checksum | undefined = checksum) => {
    const { protocol, tools, log } = rig(answers, setting)
    return protocol.complete(session, file, sum, tools).then((result) => ({ result, log: log() }))
  }

  test('POSTs the checksum under the name of its algorithm (section 4.3)', async () => {
    const done = upload(25, { status: 2 })
    const { protocol, tools, sent } = rig([answer(200, done)])
    expect(await protocol.complete(session, file, checksum, tools)).toEqual({
      url: session.url,
      answer: done,
      verified: true,
    })
    expect(String(sent[0]?.body)).toBe(`md5=${checksum.hex}`)
    expect(rig([]).protocol.name).toBe('drf-chunked-upload')
  })

  test('… or as the project names it, or not at all where nobody checks', async () => {
    const named = rig([answer(201, { video: 5 })], { checksumField: 'digest' })
    expect(await named.protocol.complete(session, file, checksum, named.tools)).toMatchObject({
      answer: { video: 5 },
      verified: true,
    })
    expect(String(named.sent[0]?.body)).toBe(`digest=${checksum.hex}`)
    const bare = rig([answer(204)])
    expect(await bare.protocol.complete(session, file, undefined, bare.tools)).toMatchObject({
      answer: undefined,
      verified: false,
    })
    expect(String(bare.sent[0]?.body)).toBe('')
  })

  test('a page instead of an answer is asked after (F20)', async () => {
    const done = upload(25, { status: 2 })
    expect(await outcome([answer(200, html), answer(200, done)])).toMatchObject({
      result: { verified: true },
      log: 'POST GET',
    })
    await expect(outcome([answer(200, html), answer(200, upload(25))])).rejects.toMatchObject({ code: 'blocked' })
    await expect(outcome([answer(200, upload(25)), answer(200, upload(25))])).rejects.toMatchObject({ code: 'blocked' })
  })

  test('a mismatch is told as such, and bytes that are missing are sent', async () => {
    await expect(outcome([answer(400, mismatch), answer(200, upload(25))])).rejects.toMatchObject({ code: 'checksum' })
    expect(await outcome([answer(400, mismatch), answer(200, upload(20))])).toMatchObject({ result: { offset: 20 } })
    // A relative words it differently.
    await expect(outcome([answer(400, { md5: 'nope' }), answer(200, upload(25))])).rejects.toMatchObject({
      code: 'checksum',
    })
  })

  test('another checksum than the server wants is final', async () => {
    const wanted = answer(400, { detail: "Checksum of type 'sha256' is required" })
    await expect(outcome([wanted, answer(200, upload(25))])).rejects.toMatchObject({
      ...{ code: 'rejected', message: expect.stringContaining("'sha256' is required") },
    })
  })

  test('a refusal of the hook is a failure with its texts, never a success', async () => {
    const hook = answer(400, { file: ['This is no film.'] })
    await expect(outcome([hook, answer(200, upload(25, { status: 2 }))])).rejects.toMatchObject({
      ...{ code: 'refused', message: expect.stringContaining('file: This is no film.') },
    })
  })

  test('"already complete" after an unanswered finish is success (F32)', async () => {
    const done = upload(25, { status: 2 })
    const already = answer(400, { detail: 'Upload has already been marked as "complete"' })
    const asked = rig([...Array.from({ length: 4 }, () => answer(200, upload(25))), already, answer(200, done)], {
      unanswered: 'complete',
    })
    const finishing = asked.protocol.complete(session, file, checksum, asked.tools)
    while (await asked.clock.skip());
    expect(await finishing).toMatchObject({ answer: done, verified: true })
  })

  test('… also where the server answers no question with a status, as the fork (F32)', async () => {
    const stands = answer(200, { id, file: `${id}.part`, offset: 25, expires_at: '2026-11-22T00:00:00Z' })
    const already = answer(400, { detail: 'Upload has already been marked as "complete"' })
    const asked = rig([...Array.from({ length: 4 }, () => stands), already, stands], { unanswered: 'complete' })
    const finishing = asked.protocol.complete(session, file, checksum, asked.tools)
    while (await asked.clock.skip());
    expect(await finishing).toEqual({ url: session.url, answer: undefined, verified: true })
    // Nobody knows whose finish it was.
    const others = rig([already, stands])
    expect(await others.protocol.complete(session, file, checksum, others.tools)).toMatchObject({ verified: false })
  })

  test('after an unanswered finish the server is asked, with growing pauses, until it must be done hashing', async () => {
    const { protocol, tools, clock, log } = rig(
      [answer(200, upload(25)), answer(200, upload(25)), answer(200, upload(25, { status: 2 }))],
      { unanswered: 'complete' },
    )
    const begun = clock.now()
    const finishing = protocol.complete(session, file, checksum, tools)
    while (await clock.skip());
    expect(await finishing).toMatchObject({ verified: true })
    expect(log()).toBe('GET GET GET')
    expect(clock.now() - begun).toBe(500 + 1000)
  })

  test('only then is the finish repeated', async () => {
    const waiting = Array.from({ length: 4 }, () => answer(200, upload(25)))
    const { protocol, tools, clock, log } = rig([...waiting, answer(200, upload(25, { status: 2 }))], {
      unanswered: 'complete',
    })
    const begun = clock.now()
    const finishing = protocol.complete(session, file, checksum, tools)
    while (await clock.skip());
    await finishing
    expect(log()).toBe('GET GET GET GET POST')
    expect(clock.now() - begun).toBeGreaterThanOrEqual(2000)
  })

  test.each([
    [answer(410, { detail: 'Upload has expired' }), {}, 'gone'],
    [answer(404, { detail: 'Not found.' }), { renewed: true }, 'gone'],
  ] as const)('%j is gone', async (reply, setting, result) => {
    expect((await outcome([reply], setting)).result).toBe(result)
  })

  test.each([
    [answer(404, { detail: 'Not found.' }), 'unauthorized'],
    [answer(401, { detail: 'Invalid token.' }), 'unauthorized'],
    [answer(504, html), 'server'],
  ] as const)('%j is the error %s', async (reply, code) => {
    await expect(outcome([reply])).rejects.toMatchObject({ code })
  })
})

test.each([
  [204, true],
  [404, true],
  [410, true],
  [405, false],
  [403, false],
])('terminate answered with %d: dropped is %s', async (status, dropped) => {
  const { protocol, tools, sent } = rig([answer(status)])
  expect(await protocol.terminate(session, tools)).toBe(dropped)
  expect(sent[0]).toMatchObject({ method: 'DELETE', url: session.url })
})
