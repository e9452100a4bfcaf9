import { createHash } from 'node:crypto'
import { readDigests, readMetadata, writeDigests } from '@chunkwise/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { facts, reply, scripted } from '../../test/scripted.ts'
import type { Reply } from '../types.ts'
import { ietf, type IetfOptions } from './ietf.ts'

const endpoint = 'https://files.example/files/'
const url = `${endpoint}a1`
const session = { url }
const chunk = { offset: 10, body: new Blob(['0123456789']) }
const last = { offset: 15, body: new Blob(['0123456789']) }
const md5 = { algorithm: 'md5', hex: createHash('md5').update('bytes').digest('hex') } as const
const portal = reply(200, {}, '<title>Sign in</title>')
const open = { 'Upload-Complete': '?0' }
const final = { 'Upload-Complete': '?1' }
const created = reply(201, { Location: url, ...open })
const problem = (status: number, kind: string, headers: Record<string, string> = {}): Reply =>
  reply(status, headers, JSON.stringify({ type: `https://iana.org/assignments/http-problem-types#${kind}`, status }))

const rig = (answers: readonly Reply[], options: IetfOptions = {}) => ({
  ...scripted(endpoint, answers),
  protocol: ietf(options),
})

test.each([
  [3, '3'],
  [4.5, '4.5'],
  [NaN, 'NaN'],
  ['6', '"6"'],
])('the interop version %j is none', (interop, got) => {
  expect(() => ietf({ interop: interop as number })).toThrow(
    new TypeError(`Cannot speak ietf: the option "interop" must be a whole number from 4, got ${got}`),
  )
})

test('other options are refused by name', () => {
  expect(() => ietf({ origins: 'https://example.com' } as unknown as IetfOptions)).toThrow(
    new TypeError('Cannot speak ietf: the option "origins" must be a list, got "https://example.com"'),
  )
  expect(() => ietf({ speed: 1 } as unknown as IetfOptions)).toThrow('Cannot speak ietf: there is no option "speed"')
})

describe('creation ("Upload Creation")', () => {
  test('is careful: without bytes, with the length, and what plain HTTP says of a file', async () => {
    const { protocol, tools, sent, headers } = rig([created])
    expect(await protocol.create(facts, undefined, tools)).toEqual({ session, offset: 0 })
    expect(sent[0]).toMatchObject({ method: 'POST', url: endpoint })
    expect(sent[0]?.body).toBeUndefined()
    expect(headers(0)).toMatchObject({
      'Upload-Complete': '?0',
      'Upload-Length': '25',
      'Content-Type': 'video/mp4',
      'Content-Disposition': "inline; filename*=UTF-8''F%C3%AFlm%20%221%22.mp4",
    })
    expect({ ...readMetadata(headers(0)['Upload-Metadata'] ?? '') }).toEqual({ album: '7' })
    expect(headers(0)).not.toHaveProperty('Upload-Draft-Interop-Version')
  })

  test('a file without a type, and an app with nothing to add', async () => {
    const { protocol, tools, headers } = rig([created])
    await protocol.create({ ...facts, type: '', metadata: {} }, undefined, tools)
    expect(headers(0)['Content-Type']).toBe('application/octet-stream')
    expect(headers(0)).not.toHaveProperty('Upload-Metadata')
  })

  test('any name is a header (RFC 8187), and comes back as it was (F46)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (name) => {
        const { protocol, tools, headers } = rig([created])
        await protocol.create({ ...facts, name }, undefined, tools)
        const [, value = ''] = headers(0)['Content-Disposition']?.split("UTF-8''") ?? []
        expect(value).toMatch(/^[\w!#$&+.^`|~%-]*$/)
        expect(decodeURIComponent(value)).toBe(name)
      }),
    )
    const { protocol, tools } = rig([created])
    await expect(protocol.create({ ...facts, name: '\ud800' }, undefined, tools)).resolves.toMatchObject({ session })
  })

  test('the interop version goes with every request when told', async () => {
    const answers = [created, reply(204, open), reply(200, { 'Upload-Offset': '10' }), reply(204)]
    const { protocol, tools, headers } = rig(answers, { interop: 6 })
    await protocol.create(facts, undefined, tools)
    await protocol.append(session, facts, chunk, tools)
    await protocol.offset(session, facts, tools)
    await protocol.terminate(session, tools)
    for (const number of [0, 1, 2, 3]) expect(headers(number)['Upload-Draft-Interop-Version']).toBe('6')
  })

  test('limits are learnt ("Upload-Limit")', async () => {
    const limit = 'max-size=100000, max-append-size=4000, min-append-size=1000, max-age=60'
    const { protocol, tools } = rig([reply(201, { Location: url, 'Upload-Limit': limit })])
    expect(await protocol.create(facts, undefined, tools)).toMatchObject({ rules: { min: 1000, max: 4000 } })
  })

  test.each(['', 'min-size=0', 'max-append-size="1"', 'max-append-size=1.5', 'min-append-size=0'])(
    'the limit %j is no rule for chunks',
    async (limit) => {
      const { protocol, tools } = rig([reply(201, { Location: url, 'Upload-Limit': limit })])
      expect(await protocol.create(facts, undefined, tools)).not.toHaveProperty('rules')
    },
  )

  test.each([
    [portal, 'blocked'],
    [reply(201, open), 'malformed'],
    [reply(201, { Location: 'https://evil.example/a1' }), 'rejected'],
    [reply(401), 'unauthorized'],
    [reply(404), 'rejected'],
    [reply(413, { 'Upload-Limit': 'max-size=7' }), 'file-too-large'],
    [reply(422, final), 'refused'],
    [problem(400, 'inconsistent-upload-length'), 'rejected'],
    [reply(503), 'server'],
  ])('%j is the error %s', async (answer, code) => {
    const { protocol, tools } = rig([answer])
    await expect(protocol.create(facts, undefined, tools)).rejects.toMatchObject({ code })
  })
})

describe('a part ("Upload Append")', () => {
  test('goes with offset, completeness and type', async () => {
    const { protocol, tools, sent, headers } = rig([reply(204, open), reply(204, { ...open, 'Upload-Offset': '13' })])
    expect(await protocol.append(session, facts, chunk, tools)).toEqual({ offset: 20 })
    expect(sent[0]).toMatchObject({ method: 'PATCH', url, body: chunk.body, carries: 10 })
    expect(headers(0)).toMatchObject({
      ...{ 'Upload-Offset': '10', 'Upload-Complete': '?0', 'Content-Type': 'application/partial-upload' },
    })
    expect(await protocol.append(session, facts, chunk, tools)).toEqual({ offset: 13 })
  })

  test.each([[{ ...final, 'Upload-Offset': '25' }], [final], [{ 'Upload-Offset': '25' }]])(
    'the last one says so, and %j completes',
    async (headersOfAnswer) => {
      const { protocol, tools, headers } = rig([reply(200, headersOfAnswer, '{"id":7}')])
      const complete = { url, answer: { id: 7 }, verified: false }
      expect(await protocol.append(session, facts, last, tools)).toEqual({ offset: 25, complete })
      expect(headers(0)['Upload-Complete']).toBe('?1')
    },
  )

  test('the last one is not the end if the server says it is not', async () => {
    const { protocol, tools } = rig([reply(204, open)])
    expect(await protocol.append(session, facts, last, tools)).toEqual({ offset: 25 })
  })

  test('a digest is kept until ours is known, and compared', async () => {
    const digest = writeDigests({ md5: md5.hex })
    expect(readDigests(digest)).toEqual({ md5: md5.hex })
    const { protocol, tools, log } = rig([reply(200, { ...final, 'Repr-Digest': digest })])
    const kept = { ...session, digest, answer: null }
    expect(await protocol.append(session, facts, last, tools)).toEqual({ offset: 25, session: kept })
    expect(await protocol.complete(kept, facts, md5, tools)).toMatchObject({ verified: true })
    const other = { ...md5, hex: '00'.repeat(16) }
    await expect(protocol.complete(kept, facts, other, tools)).rejects.toMatchObject({ code: 'checksum' })
    expect(log()).toHaveLength(1)
  })

  test.each([
    ['says where it stands', reply(409, { ...open, 'Upload-Offset': '5' })],
    ['names the problem only', problem(409, 'mismatching-upload-offset')],
    ['gives no reason, as tusd does,', reply(409)],
    ['calls it completed, as older revisions do', problem(400, 'completed-upload')],
  ])('at a wrong offset the server %s, and is asked', async (_, answer) => {
    const { protocol, tools, log } = rig([answer, reply(200, { 'Upload-Offset': '5' })])
    expect(await protocol.append(session, facts, chunk, tools)).toEqual({ offset: 5 })
    expect(log()).toEqual(['PATCH /files/a1', 'HEAD /files/a1'])
  })

  test("a 409 without a reason is somebody else's where nothing has moved", async () => {
    const { protocol, tools } = rig([reply(409), reply(200, { 'Upload-Offset': '10' })])
    await expect(protocol.append(session, facts, chunk, tools)).rejects.toMatchObject({ code: 'rejected' })
  })

  test.each([
    ['a length that contradicts', problem(400, 'inconsistent-upload-length'), 'rejected'],
    ['413, to be sent in smaller parts', reply(413, { ...open, 'Upload-Limit': 'max-append-size=5' }), 'too-large'],
    ['the target refuses the file', reply(422, final), 'refused'],
    ['the target fails at it', reply(500, final), 'refused'],
    ['a passing failure', reply(500), 'server'],
    ['429', reply(429), 'throttled'],
    ['a portal', portal, 'blocked'],
    ['401', reply(401), 'unauthorized'],
    ['415', reply(415), 'rejected'],
  ])('%s', async (_, answer, code) => {
    const { protocol, tools } = rig([answer])
    await expect(protocol.append(session, facts, last, tools)).rejects.toMatchObject({ code })
  })

  test.each([404, 410])('%d is gone', async (status) => {
    const { protocol, tools } = rig([reply(status)])
    expect(await protocol.append(session, facts, chunk, tools)).toBe('gone')
  })
})

describe('the offset ("Offset Retrieval")', () => {
  test.each([
    ['an offset alone, as since -13', { 'Upload-Offset': '10' }, { offset: 10 }],
    [
      'all it may say',
      { 'Upload-Offset': '10', 'Upload-Length': '25', ...open, 'Upload-Limit': 'max-append-size=9' },
      { offset: 10, rules: { max: 9 } },
    ],
    ['all bytes, but not the end', { 'Upload-Offset': '25', ...open }, { offset: 25 }],
    [
      'the end',
      { 'Upload-Offset': '25', ...final },
      { offset: 25, complete: { url, answer: undefined, verified: false } },
    ],
    ['another length (F10)', { 'Upload-Offset': '10', 'Upload-Length': '26' }, 'gone'],
  ])('%s', async (_, headers, expected) => {
    const { protocol, tools } = rig([reply(204, headers)])
    expect(await protocol.offset(session, facts, tools)).toEqual(expected)
  })

  test.each([
    [reply(401), 'unauthorized'],
    [reply(403), 'rejected'],
    [reply(423), 'locked'],
    [reply(500), 'server'],
    [portal, 'blocked'],
    [reply(200, { ...open, 'Upload-Offset': '-1' }), 'malformed'],
  ])('%j restarts nothing: it is the error %s', async (answer, code) => {
    const { protocol, tools } = rig([answer])
    await expect(protocol.offset(session, facts, tools)).rejects.toMatchObject({ code })
  })
})

describe('the end', () => {
  test('where all bytes are there and nobody has said that it is the end, it is said without bytes', async () => {
    const { protocol, tools, sent, headers, log } = rig([
      reply(200, { 'Upload-Offset': '25', ...open }),
      reply(200, final, 'done'),
    ])
    expect(await protocol.complete(session, facts, md5, tools)).toEqual({ url, answer: 'done', verified: false })
    expect(log()).toEqual(['HEAD /files/a1', 'PATCH /files/a1'])
    expect(headers(1)).toMatchObject({ 'Upload-Offset': '25', 'Upload-Complete': '?1' })
    expect(sent[1]?.body).toBeUndefined()
  })

  test('a server that waits for more is not asked in circles', async () => {
    const { protocol, tools } = rig([reply(200, { 'Upload-Offset': '25', ...open }), reply(204, open)])
    await expect(protocol.complete(session, facts, md5, tools)).rejects.toMatchObject({ code: 'conflict' })
  })

  test.each([
    ['bytes are missing', [reply(200, { 'Upload-Offset': '10' })], { offset: 10 }],
    ['it is forgotten', [reply(404)], 'gone'],
    ['it is forgotten meanwhile', [reply(200, { 'Upload-Offset': '25', ...open }), reply(404)], 'gone'],
    [
      'it was the end before',
      [reply(200, { 'Upload-Offset': '25', ...final })],
      { url, answer: undefined, verified: false },
    ],
  ])('or %s', async (_, answers, expected) => {
    const { protocol, tools } = rig(answers)
    expect(await protocol.complete(session, facts, md5, tools)).toEqual(expected)
  })

  test.each([
    [reply(204), true],
    [reply(404), true],
    [reply(405), false],
  ])('cancelled by DELETE: %j means %s ("Upload Cancellation")', async (answer, dropped) => {
    const { protocol, tools } = rig([answer])
    expect(await protocol.terminate(session, tools)).toBe(dropped)
  })
})
