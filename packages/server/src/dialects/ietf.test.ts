import { createHash } from 'node:crypto'
import { readIetfProblem } from '@chunkwise/protocol'
import { describe, expect, test, vi } from 'vitest'
import { createUploadHandler, type UploadHandler } from '../handler.ts'
import type { UploadHandlerOptions } from '../options.ts'
import { memoryStore } from '../stores/memory.ts'
import { base, fileOf, handFed } from './fixtures/drf-client.ts'
import { bytesRequest, storedAt } from './fixtures/wires.ts'

type Bytes = Uint8Array<ArrayBuffer>

const serve = (options: Partial<UploadHandlerOptions> = {}) => {
  const store = memoryStore()
  return { store, handler: createUploadHandler({ store, ...options }) }
}
const file = fileOf(25)
const none: Bytes = new Uint8Array(0)
const type = { 'Content-Type': 'application/partial-upload' }
const flag = (last: boolean) => ({ 'Upload-Complete': last ? '?1' : '?0' })
type Fields = Record<string, string>

const create = (last: boolean, body: Bytes = none, headers: Fields = {}, method = 'POST'): Request =>
  bytesRequest(base, method, { ...flag(last), ...headers }, body)
const append = (url: string, offset: number, last: boolean, body: Bytes = none, headers: Fields = {}): Request =>
  bytesRequest(url, 'PATCH', { ...flag(last), ...type, 'Upload-Offset': String(offset), ...headers }, body)
const head = (url: string): Request => new Request(url, { method: 'HEAD' })

async function begin(
  handler: UploadHandler,
  headers: Fields = { 'Upload-Length': '25' },
  body = none,
): Promise<string> {
  const response = await handler(create(false, body, headers))
  expect(response.status).toBe(201)
  return response.headers.get('location') ?? ''
}
const stateAt = async (handler: UploadHandler, url: string) => {
  const { headers } = await handler(head(url))
  return ['upload-offset', 'upload-complete', 'upload-length'].map((name) => headers.get(name))
}
const digest = (bytes: Bytes, name = 'sha-256'): string =>
  `${name}=:${createHash(name.replace('-', '')).update(bytes).digest('base64')}:`
const kindOf = async (response: Response): Promise<unknown> => {
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  return readIetfProblem(await response.json())?.kind
}

describe('Upload Creation', () => {
  test.each(['POST', 'PUT', 'PATCH'])('%s with ?0: 201 with the address, the limits and ?0', async (method) => {
    const { handler } = serve({ maxSize: 1000, lifetimeMs: 60_000, now: () => 0 })
    const { status, headers } = await handler(create(false, file.slice(0, 10), { 'Upload-Length': '25' }, method))
    expect(status).toBe(201)
    expect(headers.get('location')).toMatch(/^http:\/\/localhost\/api\/uploads\/[0-9a-f-]{36}\/$/)
    expect(headers.get('upload-limit')).toBe('max-size=1000, max-age=60')
    expect(headers.get('upload-complete')).toBe('?0')
    expect(headers.get('upload-offset')).toBe('10')
  })

  test('with ?1 and the whole file: the final answer, and the host has it', async () => {
    const hook = vi.fn()
    const { handler, store } = serve({ onComplete: hook })
    const { status, headers } = await handler(create(true, file))
    expect([status, headers.get('upload-complete'), headers.get('upload-offset')]).toEqual([201, '?1', '25'])
    expect(headers.get('repr-digest')).toBe(digest(file, 'md5'))
    expect(hook).toHaveBeenCalledTimes(1)
    expect(await storedAt(handler, headers.get('location') ?? '', store)).toEqual(file)
  })

  test('Upload-Complete is needed, and what is malformed is as good as absent', async () => {
    const { handler } = serve()
    for (const value of ['1', 'true', '?2']) {
      const response = await handler(create(false, file, { 'Upload-Complete': value }))
      expect([response.status, await kindOf(response)]).toEqual([400, undefined])
    }
    expect((await handler(create(false, none, { 'Upload-Length': 'x' }))).status).toBe(201)
    expect(await stateAt(handler, await begin(handler, {}))).toEqual(['0', '?0', null])
  })

  test('name and type are those of the representation', async () => {
    const { handler } = serve()
    const named = {
      'Content-Disposition': `inline; filename="x"; filename*=UTF-8''%C3%A4.txt`,
      'Content-Type': 'text/plain',
    }
    await begin(handler, named)
    const [session] = await handler.sessions.list({ owner: undefined })
    expect(session).toMatchObject({ filename: 'ä.txt', metadata: { filetype: 'text/plain' } })
  })

  test.each([
    [true, { 'Upload-Length': '24' }],
    [true, { 'Upload-Length': '26' }],
    [true, { 'Upload-Length': '26', 'Content-Length': '25' }],
    [false, { 'Upload-Length': '24' }],
  ])('lengths that do not agree (?%j, %o) are 400 of their own kind, and nothing is left', async (last, headers) => {
    const { handler } = serve()
    const response = await handler(create(last, file, headers))
    expect([response.status, await kindOf(response)]).toEqual([400, 'inconsistent-upload-length'])
    expect(response.headers.get('upload-complete')).toBe('?0')
    expect(await handler.sessions.list({ owner: undefined })).toEqual([])
  })

  test('beyond the limit is 413 with the limit, told or not', async () => {
    const { handler } = serve({ maxSize: 20 })
    for (const request of [create(false, none, { 'Upload-Length': '21' }), create(false, file), create(true, file)]) {
      const { status, headers } = await handler(request)
      expect([status, headers.get('upload-limit')]).toEqual([413, 'max-size=20'])
    }
  })

  test('OPTIONS tells the limits, also that there are none', async () => {
    const ask = new Request(base, { method: 'OPTIONS' })
    expect((await serve().handler(ask)).headers.get('upload-limit')).toBe('min-size=0')
  })
})

describe('Upload Creation: 104', () => {
  const version = { 'Upload-Draft-Interop-Version': '8', 'Upload-Length': '25' }

  test('the address is told before the bytes are through, and what arrives of them is kept', async () => {
    const { handler } = serve()
    const told = vi.fn()
    const slow = handFed()
    const request = bytesRequest(base, 'POST', { ...flag(true), ...version }, slow.stream)
    const answer = handler(request, { inform: told })
    slow.feed(file.slice(0, 10))
    await slow.taken()
    expect(told).toHaveBeenCalledTimes(1)
    const [status, headers] = told.mock.calls[0] ?? []
    expect([status, headers['Upload-Limit']]).toEqual([104, expect.stringMatching(/^max-age=\d+$/)])
    slow.cut()
    expect((await answer).status).toBe(400)
    expect(await stateAt(handler, headers.Location)).toEqual(['10', '?0', '25'])
    expect((await handler(append(headers.Location, 10, true, file.slice(10)))).status).toBe(204)
  })

  test.each([{}, { 'Upload-Draft-Interop-Version': '4' }, { 'Upload-Draft-Interop-Version': '99' }])(
    'not with %o',
    async (headers) => {
      const told = vi.fn()
      await serve().handler(create(true, file, headers), { inform: told })
      expect(told).not.toHaveBeenCalled()
    },
  )
})

describe('Offset Retrieval', () => {
  test.each(['HEAD', 'GET'])('%s tells offset, length, completeness and limits', async (method) => {
    const { handler } = serve()
    const url = await begin(handler, undefined, file.slice(0, 10))
    const { status, headers } = await handler(
      new Request(url, { method, headers: { 'Upload-Draft-Interop-Version': '10' } }),
    )
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toContain('no-store')
    expect(headers.get('upload-limit')).toMatch(/max-age=\d+/)
    expect(await stateAt(handler, url)).toEqual(['10', '?0', '25'])
  })

  test('all bytes are not yet the end', async () => {
    const hook = vi.fn()
    const { handler } = serve({ onComplete: hook })
    const url = await begin(handler, undefined, file)
    expect(await stateAt(handler, url)).toEqual(['25', '?0', '25'])
    expect(hook).not.toHaveBeenCalled()
    expect((await handler(append(url, 25, true))).headers.get('upload-complete')).toBe('?1')
    expect(await stateAt(handler, url)).toEqual(['25', '?1', '25'])
  })

  test('unknown is 404, expired is 410', async () => {
    let time = 0
    const { handler } = serve({ lifetimeMs: 1000, now: () => time })
    expect((await handler(head(`${base}0f8fad5b-d9cb-469f-a165-70867728950e/`))).status).toBe(404)
    const url = await begin(handler)
    time = 1000
    expect((await handler(head(url))).status).toBe(410)
  })
})

describe('Upload Append', () => {
  test('?0 is 204 with the new offset, ?1 the final answer', async () => {
    const { handler, store } = serve()
    const url = await begin(handler)
    const first = await handler(append(url, 0, false, file.slice(0, 10)))
    expect([first.status, first.headers.get('upload-offset'), first.headers.get('upload-complete')]).toEqual([
      204,
      '10',
      '?0',
    ])
    const last = await handler(append(url, 10, true, file.slice(10)))
    expect([last.status, last.headers.get('upload-offset'), last.headers.get('upload-complete')]).toEqual([
      204,
      '25',
      '?1',
    ])
    expect(last.headers.has('location')).toBe(false)
    expect(await storedAt(handler, url, store)).toEqual(file)
  })

  test('another offset is 409 of its own kind, with both offsets', async () => {
    const { handler } = serve()
    const url = await begin(handler, undefined, file.slice(0, 10))
    const response = await handler(append(url, 5, false, file.slice(5)))
    expect(response.status).toBe(409)
    expect([response.headers.get('upload-offset'), response.headers.get('upload-complete')]).toEqual(['10', '?0'])
    expect(await response.json()).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#mismatching-upload-offset',
      'expected-offset': 10,
      'provided-offset': 5,
    })
  })

  test.each(['upload-offset', 'upload-complete'])('without %s it is 400', async (name) => {
    const { handler } = serve()
    const url = await begin(handler)
    const request = append(url, 0, false, file)
    request.headers.delete(name)
    expect((await handler(request)).status).toBe(400)
    expect(await stateAt(handler, url)).toEqual(['0', '?0', '25'])
  })

  test('another content type is 415; older revisions had none', async () => {
    const { handler } = serve()
    const url = await begin(handler)
    const as = (content: string, interop: Fields = {}) =>
      append(url, 0, false, file.slice(0, 5), { 'Content-Type': content, ...interop })
    expect((await handler(as('application/octet-stream'))).status).toBe(415)
    expect((await handler(as('application/octet-stream', { 'Upload-Draft-Interop-Version': '6' }))).status).toBe(415)
    expect((await handler(as('application/octet-stream', { 'Upload-Draft-Interop-Version': '5' }))).status).toBe(204)
  })

  test.each([
    ['beyond the length', 10, false, 20, {}],
    ['the last one, short of the length', 10, true, 5, {}],
    ['another length', 10, false, 5, { 'Upload-Length': '26' }],
  ])('%s is 400 of its own kind, and nothing is stored', async (_, offset, last, length, headers) => {
    const { handler } = serve()
    const url = await begin(handler, undefined, file.slice(0, 10))
    const response = await handler(append(url, offset, last, fileOf(length), headers))
    expect([response.status, await kindOf(response)]).toEqual([400, 'inconsistent-upload-length'])
    expect(await stateAt(handler, url)).toEqual(['10', '?0', '25'])
  })

  test('the length may be told later, or by the end', async () => {
    const { handler } = serve()
    const later = await begin(handler, {}, file.slice(0, 10))
    await handler(append(later, 10, false, file.slice(10, 20), { 'Upload-Length': '25' }))
    expect(await stateAt(handler, later)).toEqual(['20', '?0', '25'])
    const end = await begin(handler, {}, file.slice(0, 10))
    await handler(append(end, 10, true, file.slice(10)))
    expect(await stateAt(handler, end)).toEqual(['25', '?1', '25'])
    const empty = await begin(handler, {}, file)
    await handler(append(empty, 25, true))
    expect(await stateAt(handler, empty)).toEqual(['25', '?1', '25'])
  })

  test('an empty last one for a complete upload has the answer again', async () => {
    const hook = vi.fn()
    const { handler } = serve({ onComplete: hook })
    const url = await begin(handler, undefined, file)
    await handler(append(url, 25, true))
    const { status, headers } = await handler(append(url, 25, true))
    expect([status, headers.get('upload-complete')]).toEqual([204, '?1'])
    expect(hook).toHaveBeenCalledTimes(1)
    expect((await handler(append(url, 20, true, file.slice(20)))).status).toBe(409)
    expect((await handler(append(url, 25, true, file))).status).toBe(400)
  })

  test('the limit holds where no length was told', async () => {
    const { handler } = serve({ maxSize: 20 })
    const url = await begin(handler, {}, file.slice(0, 10))
    const { status, headers } = await handler(append(url, 10, false, file.slice(0, 15)))
    expect([status, headers.get('upload-limit')]).toEqual([413, 'max-size=20'])
    expect(await stateAt(handler, url)).toEqual(['10', '?0', null])
  })

  test('a refusal of the host is final: ?1', async () => {
    const { handler } = serve({
      onComplete: () => Response.json({ virus: true }, { status: 422 }),
    })
    const url = await begin(handler)
    const { status, headers } = await handler(append(url, 0, true, file))
    expect([status, headers.get('upload-complete')]).toEqual([422, '?1'])
  })
})

describe('Upload Cancellation', () => {
  test('DELETE ends it: 204, then 404', async () => {
    const { handler } = serve({ dialects: ['ietf'] })
    const url = await begin(handler)
    expect((await handler(new Request(url, { method: 'DELETE' }))).status).toBe(204)
    expect((await handler(new Request(url, { method: 'DELETE' }))).status).toBe(404)
    expect((await handler(head(url))).status).toBe(404)
  })

  test('is 405 where it is off', async () => {
    const { handler } = serve({ dialects: ['ietf'], terminate: false })
    expect((await handler(new Request(await begin(handler), { method: 'DELETE' }))).status).toBe(405)
  })
})

describe('RFC 9530', () => {
  test.each(['md5', 'sha-256', 'sha-512'])('Content-Digest by %s: a part counts whole or not at all', async (name) => {
    const { handler } = serve()
    const url = await begin(handler)
    const wrong = await handler(append(url, 0, false, file.slice(0, 10), { 'Content-Digest': digest(file, name) }))
    expect(wrong.status).toBe(400)
    const right = { 'Content-Digest': `unixsum=:AAA=:, ${digest(file.slice(0, 10), name)}` }
    expect((await handler(append(url, 0, false, file.slice(0, 10), right))).headers.get('upload-offset')).toBe('10')
  })

  test.each(['unixsum=:AAA=:', 'constructor=:AAA=:'])(
    'Content-Digest %s, which nobody here can make, is not judged',
    async (value) => {
      const { handler } = serve()
      const url = await begin(handler)
      expect((await handler(append(url, 0, true, file, { 'Content-Digest': value }))).status).toBe(204)
    },
  )

  test.each(['md5', 'sha-256'])('Repr-Digest by %s of the creation must be that of the whole', async (name) => {
    const hook = vi.fn()
    const { handler } = serve({ onComplete: hook })
    const wrong = await begin(handler, { 'Repr-Digest': digest(file.slice(0, 24), name) })
    const refused = await handler(append(wrong, 0, true, file))
    expect([refused.status, refused.headers.get('upload-complete')]).toEqual([409, '?1'])
    expect(hook).not.toHaveBeenCalled()
    expect((await handler(head(wrong))).status).toBe(410)
    const right = await begin(handler, { 'Repr-Digest': digest(file, name) })
    expect((await handler(append(right, 0, true, file))).headers.get('upload-complete')).toBe('?1')
    expect(hook).toHaveBeenCalledTimes(1)
  })

  test('a complete upload has its own', async () => {
    const { handler } = serve({ checksum: 'sha256' })
    const url = await begin(handler)
    await handler(append(url, 0, true, file))
    expect((await handler(head(url))).headers.get('repr-digest')).toBe(digest(file))
  })
})

test('methods that are none are 405, other paths 404', async () => {
  const { handler } = serve({ dialects: ['ietf'] })
  const url = await begin(handler)
  expect((await handler(new Request(url, { method: 'PUT' }))).status).toBe(405)
  expect((await handler(new Request(base))).status).toBe(405)
  expect((await handler(head(`${base}../x`))).status).toBe(404)
})
