import { createHash } from 'node:crypto'
import { readMetadata } from '@chunkwise/protocol'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { facts, reply, scripted } from '../../test/scripted.ts'
import { UploadError } from '../errors.ts'
import type { Reply } from '../types.ts'
import type { TusOptions } from './tus-options.ts'
import { tus } from './tus.ts'

const endpoint = 'https://files.example/files/'
const url = `${endpoint}a1`
const session = { url, marked: true }
const chunk = { offset: 10, body: new Blob(['0123456789']) }
const marks = { 'Tus-Resumable': '1.0.0' }
const said = (status: number, headers: Record<string, string> = {}, text = ''): Reply =>
  reply(status, { ...marks, ...headers }, text)
const created = said(201, { Location: url })
const at = (offset: number | string, more: Record<string, string> = {}): Reply =>
  said(200, { 'Upload-Offset': String(offset), ...more })
const md5 = { algorithm: 'md5', hex: createHash('md5').update('bytes').digest('hex') } as const
const sha256 = { algorithm: 'sha256', hex: createHash('sha256').update('bytes').digest('hex') } as const
const digestOf = (name: string, hex: string): string => `${name}=:${Buffer.from(hex, 'hex').toString('base64')}:`
const portal = reply(200, {}, '<title>Sign in</title>')

const rig = (answers: readonly (Reply | Error)[], options: TusOptions = {}) => ({
  ...scripted(endpoint, answers),
  protocol: tus(options),
})

afterEach(() => vi.unstubAllGlobals())

describe('options', () => {
  test.each([
    [{ chunk: 5 }, 'the option "chunk" must be an object, got 5'],
    [{ uploadUrl: '/x' }, 'the option "uploadUrl" must be a function, got "/x"'],
    [{ methodOverride: 1 }, 'the option "methodOverride" must be true or false, got 1'],
    [{ origins: {} }, 'the option "origins" must be a list, got {}'],
    [{ speed: 1 }, 'there is no option "speed"'],
  ])('%j is refused by name', (options, why) => {
    const wrong = `Cannot speak tus: ${why}`
    expect(() => tus(options as unknown as TusOptions)).toThrow(new TypeError(wrong))
  })
})

describe('every request ("Tus-Resumable", "X-HTTP-Method-Override")', () => {
  test('the version goes with each, and no method is disguised unless told so', async () => {
    const { protocol, tools, sent, headers, log } = rig([created, at(10), at(20), said(204)])
    await protocol.create(facts, undefined, tools)
    await protocol.offset(session, facts, tools)
    await protocol.append(session, facts, chunk, tools)
    await protocol.terminate(session, tools)
    expect(log()).toEqual(['POST /files/', 'HEAD /files/a1', 'PATCH /files/a1', 'DELETE /files/a1'])
    sent.forEach((_, number) => expect(headers(number)).toMatchObject(marks))
  })

  test('where PATCH and DELETE cannot be sent, they go as POST with their name', async () => {
    const { protocol, tools, log, headers } = rig([at(20), said(204), at(20)], { methodOverride: true })
    await protocol.append(session, facts, chunk, tools)
    await protocol.terminate(session, tools)
    await protocol.offset(session, facts, tools)
    expect(log()).toEqual(['POST /files/a1', 'POST /files/a1', 'HEAD /files/a1'])
    expect(headers(0)['X-HTTP-Method-Override']).toBe('PATCH')
    expect(headers(1)['X-HTTP-Method-Override']).toBe('DELETE')
    expect(headers(2)).not.toHaveProperty('X-HTTP-Method-Override')
  })

  test('a version that the server does not speak is final (412)', async () => {
    const { protocol, tools } = rig([said(412, { 'Tus-Version': '0.2.2' })])
    await expect(protocol.create(facts, undefined, tools)).rejects.toMatchObject({ code: 'rejected', status: 412 })
  })
})

describe('creation ("Creation", "Upload-Length", "Upload-Metadata")', () => {
  test("an upload is told its length, its name and type and the app's own facts", async () => {
    const { protocol, tools, headers, sent } = rig([created])
    expect(await protocol.create(facts, undefined, tools)).toEqual({ session, offset: 0 })
    expect(sent[0]?.body).toBeUndefined()
    expect(headers(0)).toMatchObject({ 'Upload-Length': '25' })
    expect(headers(0)).not.toHaveProperty('Idempotency-Key')
    expect({ ...readMetadata(headers(0)['Upload-Metadata'] ?? '') }).toEqual({
      ...{ filename: 'Fïlm "1".mp4', filetype: 'video/mp4', album: '7' },
    })
  })

  test('any name and any value arrive as they are (F46)', async () => {
    const texts = fc.string({ unit: 'grapheme' })
    await fc.assert(
      fc.asyncProperty(texts, texts, async (name, album) => {
        const { protocol, tools, headers } = rig([created])
        await protocol.create({ ...facts, name, metadata: { album } }, undefined, tools)
        const told = readMetadata(headers(0)['Upload-Metadata'] ?? '')
        expect([told['filename'], told['album']]).toEqual([name, album])
      }),
      { numRuns: 50 },
    )
  })

  test('a key that the header cannot hold is named', async () => {
    const { protocol, tools } = rig([])
    const create = protocol.create({ ...facts, metadata: { 'a b': '1' } }, undefined, tools)
    await expect(create).rejects.toThrow('Cannot write Upload-Metadata: bad key "a b"')
    await expect(create).rejects.toMatchObject({ code: 'rejected' })
  })

  test('metadata may be what the host wants, or nothing', async () => {
    const { protocol, tools, headers } = rig([created], { metadata: () => ({}) })
    await protocol.create(facts, undefined, tools)
    expect(headers(0)).not.toHaveProperty('Upload-Metadata')
  })

  test("a server of the page's own origin can tell a creation that comes again (F33)", async () => {
    vi.stubGlobal('location', { origin: 'https://files.example' })
    const { protocol, tools, headers } = rig([created])
    await protocol.create(facts, undefined, tools)
    expect(headers(0)['Idempotency-Key']).toBe(`"${facts.key}"`)
  })

  test.each([
    ['relative', 'a1', url],
    ['absolute', url, url],
    ['with a query', '/files/a1?token=x', `${url}?token=x`],
    ['as a server behind a proxy sees itself', 'http://files.example:1080/files/a1', url],
    ['at an origin that was named', 'https://cdn.example/a1', 'https://cdn.example/a1'],
    ['below an origin that was named', 'https://eu.host.example/a1', 'https://eu.host.example/a1'],
  ])('a Location %s is followed', async (_, named, found) => {
    const { protocol, tools } = rig([said(201, { Location: named })], {
      origins: ['https://cdn.example', 'https://*.host.example'],
    })
    expect(await protocol.create(facts, undefined, tools)).toMatchObject({ session: { url: found } })
  })

  test.each([
    'https://evil.example/a1',
    'https://evilhost.example/a1',
    'https://cdn.example.evil.example/a1',
    'http://eu.host.example/a1',
    'javascript:alert(1)',
    'data:,a1',
  ])('the Location %s is not (F34)', async (named) => {
    const { protocol, tools } = rig([said(201, { Location: named })], {
      origins: ['https://cdn.example', 'https://*.host.example'],
    })
    await expect(protocol.create(facts, undefined, tools)).rejects.toMatchObject({ code: 'rejected' })
  })

  test.each([
    [portal, 'blocked'],
    [said(201), 'malformed'],
    [said(201, { Location: 'http://[' }), 'malformed'],
    [said(400), 'rejected'],
    [said(401), 'unauthorized'],
    [said(403), 'rejected'],
    [said(404), 'rejected'],
    [said(410), 'rejected'],
    [said(413), 'file-too-large'],
    [said(423), 'locked'],
    [said(429), 'throttled'],
    [said(500), 'server'],
    [said(503), 'server'],
  ])('%j to a creation without bytes is the error %s', async (answer, code) => {
    const { protocol, tools } = rig([answer])
    await expect(protocol.create(facts, undefined, tools)).rejects.toMatchObject({ code })
  })

  test('what may not be read across origins is named (F22)', async () => {
    const { protocol, tools } = rig([reply(201)])
    await expect(protocol.create(facts, undefined, tools)).rejects.toThrow(
      'no Location to be read in the answer 201 (is it in Access-Control-Expose-Headers?)',
    )
  })

  test('a file without bytes is complete by its creation ("Upload-Length" of 0)', async () => {
    const { protocol, tools, log } = rig([created])
    const complete = { url, answer: undefined, verified: false }
    const begun = await protocol.create({ ...facts, size: 0 }, undefined, tools)
    expect(begun).toEqual({ session, offset: 0, complete })
    expect(log()).toHaveLength(1)
  })

  test('and is compared, where the server tells its digest', async () => {
    const { protocol, tools, log } = rig([said(201, { Location: url, 'Repr-Digest': digestOf('md5', md5.hex) })])
    const begun = await protocol.create({ ...facts, size: 0 }, undefined, tools)
    expect(begun.complete).toBeUndefined()
    expect(await protocol.complete(begun.session, facts, md5, tools)).toEqual({
      url,
      answer: undefined,
      verified: true,
    })
    expect(log()).toHaveLength(1)
  })
})

describe('creation with upload ("Creation With Upload")', () => {
  const first = { offset: 0, body: new Blob(['0123456789']) }

  test('is done only when told, and the bytes come under their type', async () => {
    expect(tus().far.first).toBe(0)
    const { protocol, tools, sent, headers } = rig([said(201, { Location: url, 'Upload-Offset': '10' })], {
      creationWithUpload: true,
    })
    expect(protocol.far.first).toBeGreaterThan(0)
    expect(await protocol.create(facts, first, tools)).toEqual({ session, offset: 10 })
    expect(sent[0]).toMatchObject({ body: first.body, carries: 10 })
    expect(headers(0)).toMatchObject({ 'Content-Type': 'application/offset+octet-stream', 'Upload-Length': '25' })
  })

  test.each([
    ['fewer bytes', said(201, { Location: url, 'Upload-Offset': '4' }), 4],
    ['none, and is silent', created, 0],
  ])('a server may take %s', async (_, answer, offset) => {
    const { protocol, tools } = rig([answer], { creationWithUpload: true })
    expect(await protocol.create(facts, first, tools)).toMatchObject({ offset })
  })

  test('a file that fits is complete', async () => {
    const { protocol, tools } = rig([said(201, { Location: url, 'Upload-Offset': '10' })], { creationWithUpload: true })
    expect(await protocol.create({ ...facts, size: 10 }, first, tools)).toMatchObject({ complete: { url } })
  })

  test('a 413 is about the chunk (F15)', async () => {
    const { protocol, tools } = rig([said(413)], { creationWithUpload: true })
    await expect(protocol.create(facts, first, tools)).rejects.toMatchObject({ code: 'too-large' })
  })
})

describe('the offset ("HEAD")', () => {
  test('is what the server says, with any 2xx', async () => {
    for (const status of [200, 204]) {
      const { protocol, tools } = rig([said(status, { 'Upload-Offset': '10', 'Upload-Length': '25' })])
      expect(await protocol.offset(session, facts, tools)).toEqual({ offset: 10 })
    }
  })

  test.each([
    ['404', said(404), 'gone'],
    ['410', said(410), 'gone'],
    ['410 of who does not say', reply(410), 'gone'],
    ['another length (F10)', at(10, { 'Upload-Length': '26' }), 'gone'],
  ])('%s is gone', async (_, answer, gone) => {
    const { protocol, tools } = rig([answer])
    expect(await protocol.offset(session, facts, tools)).toBe(gone)
  })

  test('a 404 that is not from the server proves nothing (F11); where it never said who it is, it must do', async () => {
    const { protocol, tools } = rig([reply(404), reply(404)])
    await expect(protocol.offset(session, facts, tools)).rejects.toMatchObject({ code: 'blocked' })
    expect(await protocol.offset({ url, marked: false }, facts, tools)).toBe('gone')
  })

  test.each([
    [said(401), 'unauthorized'],
    [said(403), 'rejected'],
    [said(408), 'timeout'],
    [said(412), 'rejected'],
    [said(423), 'locked'],
    [said(429), 'throttled'],
    [said(500), 'server'],
    [said(502), 'server'],
    [said(503), 'server'],
    [said(504), 'server'],
    [portal, 'blocked'],
    [said(200), 'malformed'],
    [new UploadError('network', 'Cannot reach it'), 'network'],
  ])('%j restarts nothing: it is the error %s', async (answer, code) => {
    const { protocol, tools } = rig([answer])
    await expect(protocol.offset(session, facts, tools)).rejects.toMatchObject({ code })
  })

  test.each(['', '-1', '1e3', '0x10', '12abc', '1.5', ' 1x', '99999999999999999999', 'NaN'])(
    'the offset "%s" is none (F21)',
    async (offset) => {
      const { protocol, tools } = rig([at(offset)])
      await expect(protocol.offset(session, facts, tools)).rejects.toMatchObject({ code: 'malformed' })
    },
  )

  test('only decimal digits are an offset, whatever else comes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[ -~]{0,12}$/), async (text) => {
        const { protocol, tools } = rig([at(text)])
        const stands = await protocol.offset(session, { ...facts, size: 2 ** 53 - 1 }, tools).catch(() => 'error')
        const value = text.trim()
        expect(stands).toEqual(/^\d{1,15}$/.test(value) ? { offset: Number(value) } : 'error')
      }),
    )
  })

  test('one beyond the length is handed on: it is not our session (F10)', async () => {
    const { protocol, tools } = rig([at(26)])
    expect(await protocol.offset(session, facts, tools)).toEqual({ offset: 26 })
  })
})

describe('a chunk ("PATCH")', () => {
  test('goes with its offset and under its type', async () => {
    const { protocol, tools, sent, headers } = rig([said(204, { 'Upload-Offset': '20' })])
    expect(await protocol.append(session, facts, chunk, tools)).toEqual({ offset: 20 })
    expect(sent[0]).toMatchObject({ method: 'PATCH', url, body: chunk.body, carries: 10 })
    expect(headers(0)).toMatchObject({ 'Upload-Offset': '10', 'Content-Type': 'application/offset+octet-stream' })
  })

  test('a server may have stored less', async () => {
    const { protocol, tools } = rig([said(204, { 'Upload-Offset': '13' })])
    expect(await protocol.append(session, facts, chunk, tools)).toEqual({ offset: 13 })
  })

  test.each([
    ['elsewhere, it goes on from there', 0],
    ['behind the chunk, as when a browser sent it twice (F03), that is success', 20],
    ['where we are, it was not about the offset, and counts as no progress', 10],
  ])('after a 409 the server is asked: if it stands %s', async (_, offset) => {
    const { protocol, tools, log } = rig([said(409), at(offset)])
    expect(await protocol.append(session, facts, chunk, tools)).toEqual({ offset })
    expect(log()).toEqual(['PATCH /files/a1', 'HEAD /files/a1'])
  })

  test.each([
    [said(400), 'rejected'],
    [said(401), 'unauthorized'],
    [said(403), 'rejected'],
    [reply(413), 'too-large'],
    [said(415), 'rejected'],
    [said(423), 'locked'],
    [said(460), 'malformed'],
    [said(503), 'server'],
    [said(204), 'malformed'],
    [portal, 'blocked'],
  ])('%j is the error %s', async (answer, code) => {
    const { protocol, tools } = rig([answer])
    await expect(protocol.append(session, facts, chunk, tools)).rejects.toMatchObject({ code })
  })

  test('one for an upload that has expired is gone ("Expiration": 404, 410)', async () => {
    for (const status of [404, 410]) {
      const { protocol, tools } = rig([said(status)])
      expect(await protocol.append(session, facts, chunk, tools)).toBe('gone')
    }
  })
})

describe('the end', () => {
  const last = { offset: 15, body: new Blob(['0123456789']) }

  test('is the last byte; nothing to compare, nothing verified', async () => {
    const { protocol, tools, kept } = rig([said(200, { 'Upload-Offset': '25' }, '{"video":7}')])
    const complete = { url, answer: { video: 7 }, verified: false }
    expect(await protocol.append(session, facts, last, tools)).toEqual({ offset: 25, complete })
    expect(kept).toEqual([])
  })

  test.each([
    ['md5', md5, digestOf('md5', md5.hex)],
    ['sha256', sha256, `md5=:AAAA:, ${digestOf('sha-256', sha256.hex)}`],
  ] as const)(
    'with a digest it is kept until ours is known, and compared without another question: %s',
    async (_, ours, digest) => {
      const { protocol, tools, log } = rig([said(204, { 'Upload-Offset': '25', 'Repr-Digest': digest }, 'thanks')])
      const kept = { ...session, digest, answer: 'thanks' }
      expect(await protocol.append(session, facts, last, tools)).toEqual({ offset: 25, session: kept })
      const complete = await protocol.complete(kept, facts, ours, tools)
      expect(complete).toEqual({ url, answer: 'thanks', verified: true })
      expect(log()).toHaveLength(1)
    },
  )

  test('the digest is told to HEAD as well, for who has lost the last answer', async () => {
    const { protocol, tools, log } = rig([at(25, { 'Repr-Digest': digestOf('md5', md5.hex) })])
    expect(await protocol.complete(session, facts, md5, tools)).toMatchObject({ verified: true })
    expect(log()).toEqual(['HEAD /files/a1'])
  })

  test('another digest is another file', async () => {
    const { protocol, tools } = rig([at(25, { 'Repr-Digest': digestOf('md5', '00'.repeat(16)) })])
    await expect(protocol.complete(session, facts, md5, tools)).rejects.toMatchObject({ code: 'checksum' })
  })

  test.each([
    ['of another algorithm', digestOf('sha-512', md5.hex), md5],
    ['that cannot be read', 'md5=:?:', md5],
    ['that nobody asked about', digestOf('md5', md5.hex), undefined],
  ])('a digest %s verifies nothing', async (_, digest, ours) => {
    const { protocol, tools } = rig([at(25, { 'Repr-Digest': digest })])
    expect(await protocol.complete(session, facts, ours, tools)).toMatchObject({ verified: false })
  })

  test('with bytes missing it says where the server stands; forgotten, it is gone', async () => {
    const { protocol, tools } = rig([at(10), said(404)])
    expect(await protocol.complete(session, facts, md5, tools)).toEqual({ offset: 10 })
    expect(await protocol.complete(session, facts, md5, tools)).toBe('gone')
  })

  test.each([
    [said(204), true],
    [said(200), true],
    [said(404), true],
    [said(410), true],
    [said(405), false],
    [said(501), false],
  ])('terminated by DELETE ("Termination"): %j means %s', async (answer, dropped) => {
    const { protocol, tools } = rig([answer])
    expect(await protocol.terminate(session, tools)).toBe(dropped)
  })
})

describe("an upload that the app's own backend has created", () => {
  const elsewhere = 'https://host.example/tus/a1?token=x'

  test('is asked where it stands, and nothing is created', async () => {
    const give = vi.fn<NonNullable<TusOptions['uploadUrl']>>(() => elsewhere)
    const { protocol, tools, sent } = rig([at(0, { 'Upload-Length': '25' })], {
      uploadUrl: give,
      creationWithUpload: true,
    })
    expect(protocol.far.first).toBe(0)
    const begun = await protocol.create(facts, undefined, tools)
    expect(begun).toEqual({ session: { url: elsewhere }, offset: 0 })
    expect(sent.map(({ method, url: to }) => [method, to])).toEqual([['HEAD', elsewhere]])
    expect(give).toHaveBeenCalledWith(facts, tools.signal)
  })

  test('may have bytes, or all of them', async () => {
    const answers = [at(10), at(25, { 'Repr-Digest': digestOf('md5', md5.hex) })]
    const { protocol, tools } = rig(answers, { uploadUrl: async () => 'a1' })
    expect(await protocol.create(facts, undefined, tools)).toMatchObject({ offset: 10, session: { url } })
    const begun = await protocol.create(facts, undefined, tools)
    expect(await protocol.complete(begun.session, facts, md5, tools)).toMatchObject({ verified: true })
  })

  test.each([
    ['of another length', at(0, { 'Upload-Length': '7' })],
    ['that is not there', reply(404)],
  ])('one %s is final', async (_, answer) => {
    const { protocol, tools } = rig([answer], { uploadUrl: () => url })
    await expect(protocol.create(facts, undefined, tools)).rejects.toMatchObject({ code: 'gone' })
  })

  test('what the app throws is tried again, unless it says what it means', async () => {
    const failing = (error: Error) => rig([], { uploadUrl: () => Promise.reject(error) })
    const plain = failing(new Error('503'))
    await expect(plain.protocol.create(facts, undefined, plain.tools)).rejects.toMatchObject({ code: 'server' })
    const told = failing(new UploadError('refused', 'Cannot upload: quota'))
    await expect(told.protocol.create(facts, undefined, told.tools)).rejects.toMatchObject({ code: 'refused' })
  })

  test('an address that is none for HTTP is refused', async () => {
    const { protocol, tools } = rig([], { uploadUrl: () => 'javascript:alert(1)' })
    await expect(protocol.create(facts, undefined, tools)).rejects.toMatchObject({ code: 'rejected' })
  })
})
