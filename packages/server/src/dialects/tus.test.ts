import { createHash } from 'node:crypto'
import { describe, expect, test, vi } from 'vitest'
import { createUploadHandler, type UploadHandler } from '../handler.ts'
import type { UploadHandlerOptions } from '../options.ts'
import { UploadProblem } from '../problem.ts'
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
const version = { 'Tus-Resumable': '1.0.0' }
const type = { 'Content-Type': 'application/offset+octet-stream' }

const post = (headers: Record<string, string>, body: Bytes = none, url = base): Request =>
  bytesRequest(url, 'POST', { ...version, ...(body.length > 0 ? type : {}), ...headers }, body)
const patch = (url: string, offset: number, body: Bytes, headers: Record<string, string> = {}): Request =>
  bytesRequest(url, 'PATCH', { ...version, ...type, 'Upload-Offset': String(offset), ...headers }, body)
const head = (url: string): Request => new Request(url, { method: 'HEAD', headers: version })
const remove = (url: string): Request => new Request(url, { method: 'DELETE', headers: version })

/** Begins an upload of 25 bytes; gives its address. */
async function begin(
  handler: UploadHandler,
  headers: Record<string, string> = {},
  body: Bytes = none,
): Promise<string> {
  const length = 'Upload-Defer-Length' in headers || 'Upload-Length' in headers ? {} : { 'Upload-Length': '25' }
  const response = await handler(post({ ...length, ...headers }, body))
  expect(response.status).toBe(201)
  return response.headers.get('location') ?? ''
}
const offsetAt = async (handler: UploadHandler, url: string): Promise<string | null> =>
  (await handler(head(url))).headers.get('upload-offset')
const base64 = (algorithm: string, bytes: Bytes): string => createHash(algorithm).update(bytes).digest('base64')

describe('Headers', () => {
  test.each([undefined, '', '0.2.2', '1.0.1', '1.0.0, 0.2.2'])(
    'Tus-Resumable %j: 412 with Tus-Version, and the request is not processed',
    async (value) => {
      const { handler } = serve({ dialects: ['tus'] })
      const url = await begin(handler)
      for (const request of [post({ 'Upload-Length': '5' }), patch(url, 0, file), head(url), remove(url)]) {
        if (value === undefined) request.headers.delete('tus-resumable')
        else request.headers.set('tus-resumable', value)
        const response = await handler(request)
        expect([response.status, response.headers.get('tus-version')]).toEqual([412, '1.0.0'])
      }
      expect(await offsetAt(handler, url)).toBe('0')
      expect(await handler.sessions.list({ owner: undefined })).toHaveLength(1)
    },
  )

  test('Tus-Resumable is in every answer but that to OPTIONS', async () => {
    const { handler } = serve({ dialects: ['tus'] })
    const url = await begin(handler)
    const requests = [
      head(url),
      patch(url, 0, file.slice(0, 5)),
      patch(url, 0, file),
      post({}),
      remove(url),
      head(url),
      new Request(url, { headers: version }),
      new Request(`${base}nothing`, { headers: version }),
    ]
    for (const request of requests) expect((await handler(request)).headers.get('tus-resumable')).toBe('1.0.0')
    const options = await handler(new Request(base, { method: 'OPTIONS', headers: { 'Tus-Resumable': '9' } }))
    expect([options.status, options.headers.has('tus-resumable')]).toEqual([200, false])
  })

  test.each(['-1', '1.5', 'x', '', '9007199254740992', '+5'])('Upload-Length %j is 400', async (value) => {
    expect((await serve().handler(post({ 'Upload-Length': value }))).status).toBe(400)
  })

  test.each(['-1', '1.5', 'x', '', '0, 0', undefined])('Upload-Offset %j is 400', async (value) => {
    const { handler } = serve()
    const request = patch(await begin(handler), 0, file)
    if (value === undefined) request.headers.delete('upload-offset')
    else request.headers.set('upload-offset', value)
    expect((await handler(request)).status).toBe(400)
  })

  test('X-HTTP-Method-Override makes a POST what it says', async () => {
    const { handler } = serve()
    const url = await begin(handler)
    const as = (method: string, more: Record<string, string> = {}, body: Bytes = none): Request =>
      post({ 'X-HTTP-Method-Override': method, ...more }, body, url)
    expect((await handler(as('PATCH', { 'Upload-Offset': '0' }, file.slice(0, 5)))).status).toBe(204)
    expect((await handler(as('HEAD'))).headers.get('upload-offset')).toBe('5')
    for (const method of ['GET', 'PUT', 'CONNECT', 'patch', '']) expect((await handler(as(method))).status).toBe(400)
    expect((await handler(as('DELETE'))).status).toBe(204)
    expect((await handler(head(url))).status).toBe(404)
  })

  test('S37 X-HTTP-Method-Override is of no weight outside of tus, or with another method', async () => {
    const { handler } = serve()
    const url = await begin(handler)
    const headers = { 'X-HTTP-Method-Override': 'DELETE' }
    await handler(new Request(url, { method: 'POST', headers }))
    expect((await handler(new Request(url, { method: 'HEAD', headers: { ...version, ...headers } }))).status).toBe(400)
    expect(await offsetAt(handler, url)).toBe('0')
  })
})

describe('HEAD', () => {
  test('tells offset, length and metadata, and is never cached', async () => {
    const { handler } = serve()
    const metadata = 'filename d29ybGQucGRm,is_confidential'
    const url = await begin(handler, { 'Upload-Metadata': metadata }, file.slice(0, 5))
    const { status, headers } = await handler(head(url))
    expect(status).toBe(200)
    expect(headers.get('upload-offset')).toBe('5')
    expect(headers.get('upload-length')).toBe('25')
    expect(headers.get('upload-metadata')).toBe(metadata)
    expect(headers.get('cache-control')).toContain('no-store')
  })

  test('an offset of 0 and of a complete upload are told too', async () => {
    const { handler } = serve()
    const url = await begin(handler)
    expect(await offsetAt(handler, url)).toBe('0')
    await handler(patch(url, 0, file))
    expect(await offsetAt(handler, url)).toBe('25')
  })

  test('an upload that is not there is 404, without an offset', async () => {
    const { handler } = serve()
    const { status, headers } = await handler(head(`${base}0f8fad5b-d9cb-469f-a165-70867728950e`))
    expect([status, headers.has('upload-offset')]).toEqual([404, false])
  })

  test('addresses with and without the last slash are the same', async () => {
    const { handler } = serve()
    const url = await begin(handler)
    expect((await handler(head(url.replace(/\/$/, '')))).status).toBe(200)
    expect((await handler(post({ 'Upload-Length': '1' }, none, base.slice(0, -1)))).status).toBe(201)
  })

  test('a complete upload has the digest of what is stored', async () => {
    const { handler } = serve()
    const url = await begin(handler)
    expect((await handler(head(url))).headers.has('repr-digest')).toBe(false)
    const digest = `md5=:${base64('md5', file)}:`
    expect((await handler(patch(url, 0, file))).headers.get('repr-digest')).toBe(digest)
    expect((await handler(head(url))).headers.get('repr-digest')).toBe(digest)
  })

  test.each([
    ['sha256', `sha-256=:${base64('sha256', file)}:`],
    [false, null],
  ] as const)('with checksum %j the digest is %j', async (checksum, digest) => {
    const { handler } = serve({ checksum })
    const url = await begin(handler, {}, file)
    expect((await handler(head(url))).headers.get('repr-digest')).toBe(digest)
  })

  test('completes an upload whose last step a crash has cut off', async () => {
    const hook = vi.fn()
    const store = memoryStore()
    const down = createUploadHandler({
      store,
      onError: () => {},
      onComplete: () => {
        throw new Error('killed here')
      },
    })
    const url = await begin(down)
    expect((await down(patch(url, 0, file))).status).toBe(500)
    expect((await down(head(url))).status).toBe(500)
    const again = createUploadHandler({ store, onComplete: hook })
    expect((await again(head(url))).headers.get('upload-offset')).toBe('25')
    expect(hook).toHaveBeenCalledTimes(1)
  })

  test('only one that has all its bytes', async () => {
    const { handler } = serve()
    await begin(handler, {}, file.slice(0, 10))
    const [session] = await handler.sessions.list({ owner: undefined })
    const conclude = handler.sessions.conclude(session?.id ?? '', { owner: undefined }, 'tus', new Request(base))
    await expect(conclude).rejects.toMatchObject({ code: 'offset-mismatch', details: { offset: 10 } })
  })

  test('so does a start, for those that nobody asks for', async () => {
    const store = memoryStore()
    const stuck = createUploadHandler({
      onError: () => {},
      store: {
        ...store,
        commit: async () => {
          throw new Error('killed before the end')
        },
      },
    })
    const url = await begin(stuck)
    expect((await stuck(patch(url, 0, file))).status).toBe(500)
    const hook = vi.fn()
    const again = createUploadHandler({ store, onComplete: hook })
    await again.open()
    expect(hook).toHaveBeenCalledTimes(1)
  })
})

describe('PATCH', () => {
  test('stores from Upload-Offset on: 204 with the new offset', async () => {
    const { handler, store } = serve()
    const url = await begin(handler)
    const { status, headers } = await handler(patch(url, 0, file.slice(0, 10)))
    expect([status, headers.get('upload-offset')]).toEqual([204, '10'])
    const last = await handler(patch(url, 10, file.slice(10)))
    expect([last.status, last.headers.get('upload-offset')]).toEqual([204, '25'])
    expect(await storedAt(handler, url, store)).toEqual(file)
  })

  test.each([undefined, 'application/octet-stream', 'application/offset+octet-stream; x=y'])(
    'Content-Type %j is 415, and nothing is stored',
    async (value) => {
      const { handler } = serve()
      const url = await begin(handler)
      const request = patch(url, 0, file)
      if (value === undefined) request.headers.delete('content-type')
      else request.headers.set('content-type', value)
      expect((await handler(request)).status).toBe(415)
      expect(await offsetAt(handler, url)).toBe('0')
    },
  )

  test('another offset is 409 with the right one, even that of a chunk whose beginning was kept', async () => {
    const { handler } = serve()
    const url = await begin(handler)
    const slow = handFed()
    const headers = { ...version, ...type, 'Upload-Offset': '0' }
    const cut = handler(bytesRequest(url, 'PATCH', headers, slow.stream))
    slow.feed(file.slice(0, 10))
    await slow.taken()
    slow.cut()
    expect((await cut).status).toBe(400)
    for (const offset of [0, 9, 11]) {
      const { status, headers } = await handler(patch(url, offset, file.slice(offset)))
      expect([status, headers.get('upload-offset')]).toEqual([409, '10'])
    }
    expect(await offsetAt(handler, url)).toBe('10')
  })

  test('an upload that is not there is 404', async () => {
    const { handler } = serve()
    expect((await handler(patch(`${base}0f8fad5b-d9cb-469f-a165-70867728950e`, 0, file))).status).toBe(404)
  })

  test('nothing for a complete upload is 204, anything else is refused', async () => {
    const hook = vi.fn()
    const { handler } = serve({ onComplete: hook })
    const url = await begin(handler, {}, file)
    expect((await handler(patch(url, 25, none))).status).toBe(204)
    expect((await handler(patch(url, 25, file))).status).toBe(413)
    expect((await handler(patch(url, 0, file))).status).toBe(409)
    expect(hook).toHaveBeenCalledTimes(1)
  })

  test('an empty one in between changes nothing', async () => {
    const { handler } = serve()
    const url = await begin(handler)
    expect((await handler(patch(url, 0, none))).status).toBe(204)
    expect(await offsetAt(handler, url)).toBe('0')
  })
})

describe('OPTIONS', () => {
  test.each([base, `${base}0f8fad5b-d9cb-469f-a165-70867728950e/`])(
    '%s tells version, extensions and limits',
    async (url) => {
      const { handler } = serve({ maxSize: 1000, dialects: ['tus'] })
      const { status, headers } = await handler(new Request(url, { method: 'OPTIONS' }))
      expect(status).toBe(200)
      expect(headers.get('tus-version')).toBe('1.0.0')
      expect(headers.get('tus-max-size')).toBe('1000')
      expect(headers.get('tus-checksum-algorithm')).toBe('md5,sha1,sha256')
      expect(headers.get('tus-extension')?.split(',')).toEqual([
        'creation',
        'creation-with-upload',
        'creation-defer-length',
        'expiration',
        'checksum',
        'concatenation',
        'termination',
      ])
    },
  )

  test('tells no limit where there is none, and no extension that is off', async () => {
    const { headers } = await serve({ terminate: false }).handler(new Request(base, { method: 'OPTIONS' }))
    expect(headers.has('tus-max-size')).toBe(false)
    expect(headers.get('tus-extension')).not.toContain('termination')
  })

  test('a host that names no limit to everybody may refuse', async () => {
    const { handler } = serve({
      maxSize: () => {
        throw new UploadProblem('forbidden', 'Sign in first')
      },
    })
    expect((await handler(new Request(base, { method: 'OPTIONS' }))).status).toBe(403)
  })
})

describe('Creation', () => {
  test('201 with the address of the new upload', async () => {
    const { status, headers } = await serve().handler(post({ 'Upload-Length': '100' }))
    expect(status).toBe(201)
    expect(headers.get('location')).toMatch(/^http:\/\/localhost\/api\/uploads\/[0-9a-f-]{36}\/$/)
  })

  test('the address has the origin of the configuration', async () => {
    const { handler } = serve({ origin: 'https://files.example' })
    expect(await begin(handler)).toMatch(/^https:\/\/files\.example\/api\/uploads\//)
  })

  test('a length of 0 is complete at once', async () => {
    const hook = vi.fn()
    const { handler } = serve({ onComplete: hook })
    const { status, headers } = await handler(post({ 'Upload-Length': '0' }))
    expect([status, headers.get('upload-offset')]).toEqual([201, '0'])
    expect(hook).toHaveBeenCalledTimes(1)
  })

  test.each([{}, { 'Upload-Length': '5', 'Upload-Defer-Length': '1' }])('lengths %o are 400', async (headers) => {
    expect((await serve().handler(post(headers))).status).toBe(400)
  })

  test.each(['0', '2', 'true', ''])('Upload-Defer-Length %j is 400', async (value) => {
    expect((await serve().handler(post({ 'Upload-Defer-Length': value }))).status).toBe(400)
  })

  test('beyond Tus-Max-Size is 413', async () => {
    const { handler } = serve({ maxSize: 10 })
    expect((await handler(post({ 'Upload-Length': '11' }))).status).toBe(413)
    expect((await handler(post({ 'Upload-Length': '10' }))).status).toBe(201)
  })

  test.each([',', 'a,a', 'a !', 'ä YQ==', 'a b c'])('Upload-Metadata %j is 400', async (value) => {
    const response = await serve().handler(post({ 'Upload-Length': '5', 'Upload-Metadata': value }))
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: 'malformed', status: 400 })
  })

  test('metadata of any bytes is told as it came, and read as far as it is text', async () => {
    const { handler } = serve()
    const value = 'filename YS5iaW4=,raw /w==,empty'
    const url = await begin(handler, { 'Upload-Metadata': value })
    expect((await handler(head(url))).headers.get('upload-metadata')).toBe(value)
    const [session] = await handler.sessions.list({ owner: undefined })
    expect(session).toMatchObject({ filename: 'a.bin', metadata: { raw: '\uFFFD', empty: '' } })
  })

  test('S31 without a configured origin no header makes the address', async () => {
    const request = post({ 'Upload-Length': '5', 'X-Forwarded-Host': 'evil.example' })
    expect((await serve().handler(request)).headers.get('location')).toMatch(/^http:\/\/localhost\//)
  })
})

describe('Creation: Upload-Defer-Length', () => {
  test('the length is unknown until a PATCH tells it, once', async () => {
    const { handler } = serve()
    const url = await begin(handler, { 'Upload-Defer-Length': '1' })
    const before = (await handler(head(url))).headers
    expect([before.get('upload-defer-length'), before.has('upload-length')]).toEqual(['1', false])
    await handler(patch(url, 0, file.slice(0, 10)))
    expect((await handler(patch(url, 10, file.slice(10, 20), { 'Upload-Length': '25' }))).status).toBe(204)
    const after = (await handler(head(url))).headers
    expect([after.has('upload-defer-length'), after.get('upload-length')]).toEqual([false, '25'])
    expect((await handler(patch(url, 20, file.slice(20), { 'Upload-Length': '26' }))).status).toBe(400)
    expect((await handler(patch(url, 20, file.slice(20)))).headers.get('upload-offset')).toBe('25')
  })

  test('an empty PATCH may tell it, and complete the upload', async () => {
    const { handler } = serve()
    const url = await begin(handler, { 'Upload-Defer-Length': '1' }, file)
    expect((await handler.sessions.list({ owner: undefined }))[0]?.status).toBe('uploading')
    expect((await handler(patch(url, 25, none, { 'Upload-Length': '25' }))).status).toBe(204)
    expect((await handler.sessions.list({ owner: undefined }))[0]?.status).toBe('complete')
  })

  test('a length below what is there is 400', async () => {
    const { handler } = serve()
    const url = await begin(handler, { 'Upload-Defer-Length': '1' }, file)
    expect((await handler(patch(url, 25, none, { 'Upload-Length': '24' }))).status).toBe(400)
  })

  test('the limit holds for bytes as for lengths', async () => {
    const { handler } = serve({ maxSize: 20 })
    const url = await begin(handler, { 'Upload-Defer-Length': '1' })
    expect((await handler(patch(url, 0, file))).status).toBe(413)
    expect((await handler(patch(url, 0, none, { 'Upload-Length': '21' }))).status).toBe(413)
    expect(await offsetAt(handler, url)).toBe('0')
  })
})

describe('Creation With Upload', () => {
  test('201 with the offset after the first bytes', async () => {
    const { handler } = serve()
    const { status, headers } = await handler(post({ 'Upload-Length': '25' }, file.slice(0, 10)))
    expect([status, headers.get('upload-offset')]).toEqual([201, '10'])
  })

  test('all bytes complete it', async () => {
    const { handler, store } = serve()
    const url = await begin(handler, {}, file)
    expect(await storedAt(handler, url, store)).toEqual(file)
    expect((await handler.sessions.list({ owner: undefined }))[0]?.status).toBe('complete')
  })

  test('bytes of another type are 415; without bytes the type does not matter', async () => {
    const { handler } = serve()
    const other = { 'Upload-Length': '25', 'Content-Type': 'application/octet-stream' }
    expect((await handler(post(other, file))).status).toBe(415)
    expect((await handler(post(other))).status).toBe(201)
  })

  test('more bytes than the length are 413, and nothing is left', async () => {
    const { handler } = serve()
    expect((await handler(post({ 'Upload-Length': '24' }, file))).status).toBe(413)
    expect(await handler.sessions.list({ owner: undefined })).toEqual([])
  })
})

describe('Expiration', () => {
  test('POST, PATCH and HEAD of an unfinished upload tell when it will expire', async () => {
    let time = Date.UTC(2026, 0, 1)
    const { handler } = serve({ lifetimeMs: 3_600_000, now: () => time })
    const created = await handler(post({ 'Upload-Length': '25' }))
    expect(created.headers.get('upload-expires')).toBe('Thu, 01 Jan 2026 01:00:00 GMT')
    const url = created.headers.get('location') ?? ''
    time += 60_000
    const grown = await handler(patch(url, 0, file.slice(0, 10)))
    expect(grown.headers.get('upload-expires')).toBe('Thu, 01 Jan 2026 01:01:00 GMT')
    expect((await handler(head(url))).headers.get('upload-expires')).toBe('Thu, 01 Jan 2026 01:01:00 GMT')
    expect((await handler(patch(url, 10, file.slice(10)))).headers.has('upload-expires')).toBe(false)
  })

  test('afterwards it is 410, without an offset, and 404 once it was swept', async () => {
    let time = 0
    const { handler } = serve({ lifetimeMs: 1000, now: () => time })
    const url = await begin(handler)
    time = 1000
    const { status, headers } = await handler(head(url))
    expect([status, headers.has('upload-offset')]).toEqual([410, false])
    expect((await handler(patch(url, 0, file))).status).toBe(410)
    await handler.sweep()
    expect((await handler(head(url))).status).toBe(404)
  })
})

describe('Checksum', () => {
  test.each(['md5', 'sha1', 'sha256'])('%s: the right one is taken, another one is 460', async (algorithm) => {
    const { handler } = serve()
    const url = await begin(handler)
    const part = file.slice(0, 10)
    const wrong = await handler(patch(url, 0, part, { 'Upload-Checksum': `${algorithm} ${base64(algorithm, file)}` }))
    expect(wrong.status).toBe(460)
    expect(await offsetAt(handler, url)).toBe('0')
    const right = await handler(patch(url, 0, part, { 'Upload-Checksum': `${algorithm} ${base64(algorithm, part)}` }))
    expect([right.status, right.headers.get('upload-offset')]).toEqual([204, '10'])
  })

  test('a creation with bytes may have one too', async () => {
    const { handler } = serve()
    const length = { 'Upload-Length': '25' }
    const right = { ...length, 'Upload-Checksum': `md5 ${base64('md5', file)}` }
    expect((await handler(post({ ...length, 'Upload-Checksum': `md5 ${base64('md5', none)}` }, file))).status).toBe(460)
    expect(await handler.sessions.list({ owner: undefined })).toEqual([])
    expect((await handler(post(right, file))).status).toBe(201)
  })

  test.each(['crc32 AAAA', 'SHA1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=', 'sha1', 'sha1 !', 'sha1 AAAA', 'md5  AA=='])(
    '%j is 400, and nothing is stored',
    async (value) => {
      const { handler } = serve()
      const url = await begin(handler)
      expect((await handler(patch(url, 0, file, { 'Upload-Checksum': value }))).status).toBe(400)
      expect(await offsetAt(handler, url)).toBe('0')
    },
  )
})

describe('Termination', () => {
  test.each([10, 25])('an upload of %d of 25 bytes is ended: 204, then 404', async (end) => {
    const { handler } = serve()
    const url = await begin(handler, {}, file.slice(0, end))
    expect((await handler(remove(url))).status).toBe(204)
    for (const request of [remove(url), head(url), patch(url, end, none)])
      expect((await handler(request)).status).toBe(404)
  })

  test('is 405 where it is off', async () => {
    const { handler } = serve({ terminate: false })
    expect((await handler(remove(await begin(handler)))).status).toBe(405)
  })
})

describe('Concatenation', () => {
  const partial = { 'Upload-Concat': 'partial' }

  async function parts(handler: UploadHandler): Promise<string[]> {
    const urls: string[] = []
    for (const [start, end] of [
      [0, 10],
      [10, 20],
      [20, 25],
    ] as const)
      urls.push(await begin(handler, { ...partial, 'Upload-Length': String(end - start) }, file.slice(start, end)))
    return urls
  }
  const join = (urls: readonly string[], headers: Record<string, string> = {}): Request =>
    post({ 'Upload-Concat': `final;${urls.join(' ')}`, ...headers })

  test('parts are joined in their order; HEAD tells what each is', async () => {
    const hook = vi.fn()
    const { handler, store } = serve({ onComplete: hook })
    const urls = await parts(handler)
    expect(hook).not.toHaveBeenCalled()
    const made = await handler(join(urls, { 'Upload-Metadata': `filename ${btoa('whole.bin')}` }))
    expect(made.status).toBe(201)
    const url = made.headers.get('location') ?? ''
    expect(await storedAt(handler, url, store)).toEqual(file)
    expect(hook).toHaveBeenCalledTimes(1)
    const final = (await handler(head(url))).headers
    expect(final.get('upload-concat')).toBe(`final;${urls.join(' ')}`)
    expect([final.get('upload-length'), final.get('upload-offset')]).toEqual(['25', '25'])
    expect(final.get('repr-digest')).toBe(`md5=:${base64('md5', file)}:`)
    const part = (await handler(head(urls[0] ?? ''))).headers
    expect([part.get('upload-concat'), part.get('upload-offset')]).toEqual(['partial', '10'])
    expect(part.has('upload-expires')).toBe(true)
  })

  test('addresses may be relative, and a part may come twice or in two uploads', async () => {
    const { handler, store } = serve()
    const paths = (await parts(handler)).map((url) => new URL(url).pathname)
    const [first = '', second = ''] = paths
    const twice = await handler(join([second, first, second]))
    const bytes = await storedAt(handler, twice.headers.get('location') ?? '', store)
    expect(bytes).toEqual(Uint8Array.from([...file.slice(10, 20), ...file.slice(0, 10), ...file.slice(10, 20)]))
    expect((await handler(join(paths))).status).toBe(201)
  })

  test('the whole has its own metadata, none of those of its parts', async () => {
    const { handler } = serve()
    const told = { 'Upload-Metadata': `filename ${btoa('part.bin')}` }
    const part = await begin(handler, { ...partial, ...told }, file)
    const { headers } = await handler(join([part]))
    expect((await handler(head(headers.get('location') ?? ''))).headers.has('upload-metadata')).toBe(false)
    expect((await handler(head(part))).headers.get('upload-metadata')).toBe(told['Upload-Metadata'])
  })

  test('a part may be told its length at its end', async () => {
    const { handler, store } = serve()
    const part = await begin(handler, { ...partial, 'Upload-Defer-Length': '1' }, file.slice(0, 10))
    expect((await handler(join([part]))).status).toBe(400)
    await handler(patch(part, 10, file.slice(10), { 'Upload-Length': '25' }))
    const { headers } = await handler(join([part]))
    expect(await storedAt(handler, headers.get('location') ?? '', store)).toEqual(file)
  })

  test('a repeat after a lost answer is the same upload', async () => {
    const hook = vi.fn()
    const { handler } = serve({ onComplete: hook })
    const urls = await parts(handler)
    const locations = [await handler(join(urls)), await handler(join(urls))].map(({ headers }) =>
      headers.get('location'),
    )
    expect(locations[0]).toBe(locations[1])
    expect(hook).toHaveBeenCalledTimes(1)
    const other = await handler(join(urls, { 'Upload-Metadata': `filename ${btoa('b')}` }))
    expect(other.headers.get('location')).not.toBe(locations[0])
  })

  test('repeats at the same time are one copy too, and the first is not stopped', async () => {
    const hook = vi.fn()
    const { handler } = serve({ onComplete: hook })
    const urls = await parts(handler)
    const answers = await Promise.all([handler(join(urls)), handler(join(urls)), handler(join(urls))])
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201])
    expect(new Set(answers.map(({ headers }) => headers.get('location'))).size).toBe(1)
    expect(hook).toHaveBeenCalledTimes(1)
  })

  test('the final upload must not have a length', async () => {
    const { handler } = serve()
    const urls = await parts(handler)
    expect((await handler(join(urls, { 'Upload-Length': '25' }))).status).toBe(400)
  })

  test('PATCH on a final upload is 403', async () => {
    const { handler } = serve()
    const url = (await handler(join(await parts(handler)))).headers.get('location') ?? ''
    for (const [offset, body] of [
      [25, none],
      [0, file],
    ] as const)
      expect((await handler(patch(url, offset, body))).status).toBe(403)
  })

  test('an incomplete part is 400, an unknown one 404, one that is none 400, an expired one 410', async () => {
    let time = 0
    const { handler } = serve({ lifetimeMs: 1000, now: () => time })
    const open = await begin(handler, partial, file.slice(0, 10))
    expect((await handler(join([open]))).status).toBe(400)
    const whole = await begin(handler, {}, file)
    expect((await handler(join([whole]))).status).toBe(400)
    const unknown = [`${base}0f8fad5b-d9cb-469f-a165-70867728950e`, 'http://evil.example/api/uploads/x', '/else', base]
    for (const url of unknown) expect((await handler(join([url]))).status).toBe(404)
    const old = await begin(handler, { ...partial, 'Upload-Length': '5' }, file.slice(0, 5))
    time = 1001
    expect((await handler(join([old]))).status).toBe(410)
    expect(
      (await handler.sessions.list({ owner: undefined })).filter(({ tus }) => tus?.concat !== 'partial'),
    ).toHaveLength(1)
  })

  test('an address of another server names no part, even if its path does', async () => {
    const { handler } = serve({ origin: 'https://files.example' })
    const [first = ''] = await parts(handler)
    const { pathname } = new URL(first)
    expect((await handler(join([`https://evil.example${pathname}`]))).status).toBe(404)
    expect((await handler(join([first]))).status).toBe(201)
    expect((await handler(join([`http://localhost${pathname}`]))).status).toBe(201)
  })

  test('together they may not be larger than one may be', async () => {
    const { handler } = serve({ maxSize: 24 })
    expect((await handler(join(await parts(handler)))).status).toBe(413)
  })

  test('S04 parts of somebody else are unknown', async () => {
    const { handler } = serve({ authenticate: (request) => request.headers.get('authorization') ?? undefined })
    const mine = await handler(post({ ...partial, 'Upload-Length': '5', Authorization: 'alice' }, file.slice(0, 5)))
    const stolen = await handler(join([mine.headers.get('location') ?? ''], { Authorization: 'bob' }))
    expect(stolen.status).toBe(404)
  })

  test('a part is never finished by itself, in no dialect', async () => {
    const { handler } = serve()
    const [url = ''] = await parts(handler)
    const body = new URLSearchParams({ md5: createHash('md5').update(file.slice(0, 10)).digest('hex') })
    expect((await handler(new Request(url, { method: 'POST', body }))).status).toBe(403)
    const last = { 'Upload-Complete': '?1', 'Upload-Offset': '10', 'Content-Type': 'application/partial-upload' }
    await handler(new Request(url, { method: 'PATCH', headers: last }))
    expect((await handler.sessions.list({ owner: undefined }))[0]?.status).toBe('uploading')
  })

  test.each(['final', 'final;', 'else', 'partial;x'])('Upload-Concat %j is 400', async (value) => {
    expect((await serve().handler(post({ 'Upload-Concat': value, 'Upload-Length': '5' }))).status).toBe(400)
  })

  test('a part that goes away while it is copied leaves nothing behind', async () => {
    const store = memoryStore()
    const handler = createUploadHandler({ store: { ...store, file: async () => undefined } })
    const urls = await parts(handler)
    expect((await handler(join(urls))).status).toBe(410)
    expect(await handler.sessions.list({ owner: undefined })).toHaveLength(3)
  })
})
