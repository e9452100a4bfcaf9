import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { base, chunkRequest, fileOf, finishRequest, md5 } from './dialects/fixtures/drf-client.ts'
import { attachment, readDisposition } from './disposition.ts'
import { createUploadHandler, type UploadHandler } from './handler.ts'
import type { UploadHandlerOptions } from './options.ts'
import { diskStore } from './stores/disk.ts'
import type { UploadStore } from './store.ts'
import { memoryStore } from './stores/memory.ts'

const file = fileOf(1000)

const fail = (error: unknown): never => {
  throw error
}

const serve = (options: Partial<UploadHandlerOptions> = {}): UploadHandler =>
  createUploadHandler({ store: memoryStore(), downloads: true, ...options })

interface Named {
  readonly name?: string
  readonly as?: string
  readonly finished?: boolean
}

/** Uploads a file and tells where it can be had. */
async function upload(handler: UploadHandler, { name = 'a.bin', as, finished = true }: Named = {}): Promise<string> {
  const headers: Record<string, string> = as === undefined ? {} : { 'x-owner': as }
  const request = chunkRequest({ range: 'bytes 0-999/1000', file, fields: { filename: name }, headers })
  const body: unknown = await (await handler(request)).json()
  const url = String(Reflect.get(Object(body), 'url'))
  if (finished) expect((await handler(finishRequest(url, { md5: md5(file) }, headers))).status).toBe(200)
  return `${url}file/`
}

const get = (handler: UploadHandler, url: string, headers: Record<string, string> = {}): Promise<Response> =>
  handler(new Request(url, { headers }))

const bytesOf = async (response: Response): Promise<Uint8Array> => new Uint8Array(await response.arrayBuffer())

describe('S27 a finished file', () => {
  test('is given back to nobody by default', async () => {
    const handler = serve({ downloads: false })
    expect((await get(handler, await upload(handler))).status).toBe(404)
  })

  test('is an attachment that no browser runs, guesses at or embeds elsewhere', async () => {
    const handler = serve()
    for (const name of ['page.html', 'image.svg', 'run.js', 'a.xml', 'a.pdf', 'photo.png']) {
      const response = await get(handler, await upload(handler, { name }))
      expect(response.status).toBe(200)
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': 'application/octet-stream',
        'content-disposition': `attachment; filename="${name}"; filename*=UTF-8''${name}`,
        'content-security-policy': "sandbox; default-src 'none'",
        'cross-origin-resource-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'content-length': '1000',
      })
      expect(await bytesOf(response)).toEqual(file)
    }
  })

  test.each([
    ['photo.PNG', 'image/png'],
    ['photo.jpeg', 'image/jpeg'],
    ['photo.avif', 'image/avif'],
    ['image.svg', 'application/octet-stream'],
    ['page.html', 'application/octet-stream'],
    ['png', 'image/png'],
    ['photo.png.html', 'application/octet-stream'],
    ['__proto__', 'application/octet-stream'],
    ['x.constructor', 'application/octet-stream'],
  ])('with images, %s is told as %s, and still an attachment', async (name, type) => {
    const handler = serve({ downloads: { images: true } })
    const { headers } = await get(handler, await upload(handler, { name }))
    expect(headers.get('content-type')).toBe(type)
    expect(headers.get('content-disposition')).toMatch(/^attachment;/)
    expect(headers.get('content-security-policy')).toBe("sandbox; default-src 'none'")
  })

  test('is not there while it is unfinished, nor once it has ended', async () => {
    const handler = serve()
    const url = await upload(handler, { finished: false })
    expect((await get(handler, url)).status).toBe(404)
    const done = await upload(handler)
    await handler(new Request(done.replace(/file\/$/, ''), { method: 'DELETE' }))
    expect((await get(handler, done)).status).toBe(404)
  })

  test("S04 I15 is there for its owner alone: another's is as unknown as none", async () => {
    const authenticate = ({ headers }: Request): string | undefined => headers.get('x-owner') ?? undefined
    const handler = serve({ authenticate })
    const url = await upload(handler, { as: 'alice' })
    expect((await get(handler, url, { 'x-owner': 'alice' })).status).toBe(200)
    const foreign = await get(handler, url, { 'x-owner': 'bob' })
    const unknown = await get(handler, `${base}00000000-0000-4000-8000-000000000000/file/`, { 'x-owner': 'bob' })
    expect([foreign.status, await foreign.text()]).toEqual([404, await unknown.text()])
    expect((await get(handler, url)).status).toBe(403)
  })

  test.each([
    '//[/file/',
    '//file',
    '/api/uploads/file/',
    '/api/uploads/%00/file/',
    '/api/uploads/../file',
    '/%E0%A4%A/file/',
  ])('S01 I16 %s is no file, and no fault', async (path) => {
    expect((await get(serve({ onError: fail }), `http://localhost${path}`)).status).toBe(404)
  })

  test('is only read', async () => {
    const handler = serve()
    const url = await upload(handler)
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const response = await handler(new Request(url, { method }))
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    }
    expect((await get(handler, url)).status).toBe(200)
  })

  test('tells its head without its bytes', async () => {
    const handler = serve()
    const response = await handler(new Request(await upload(handler), { method: 'HEAD' }))
    expect(response.headers.get('content-length')).toBe('1000')
    expect(await response.text()).toBe('')
  })
})

describe('S27 a part of a file', () => {
  test.each([
    ['bytes=0-0', 206, 'bytes 0-0/1000', [0, 1]],
    ['bytes=900-', 206, 'bytes 900-999/1000', [900, 1000]],
    ['bytes=-10', 206, 'bytes 990-999/1000', [990, 1000]],
    ['bytes=-5000', 206, 'bytes 0-999/1000', [0, 1000]],
    ['bytes=990-5000', 206, 'bytes 990-999/1000', [990, 1000]],
    ['bytes=1000-', 416, 'bytes */1000', [0, 0]],
    ['bytes=-0', 416, 'bytes */1000', [0, 0]],
    ['bytes=5-4', 200, null, [0, 1000]],
    ['bytes=0-1,5-6', 200, null, [0, 1000]],
    ['bytes=+1-2', 200, null, [0, 1000]],
    ['lines=1-2', 200, null, [0, 1000]],
    ['bytes=-', 200, null, [0, 1000]],
    [`bytes=${'9'.repeat(400)}-`, 200, null, [0, 1000]],
  ] as const)('%s is %i', async (range, status, told, [start, end]) => {
    const handler = serve()
    const response = await get(handler, await upload(handler), { Range: range })
    expect([response.status, response.headers.get('content-range')]).toEqual([status, told])
    expect(await bytesOf(response)).toEqual(file.slice(start, end))
  })

  test('goes on with a download only if it is of the same file', async () => {
    const handler = serve()
    const url = await upload(handler)
    const etag = (await get(handler, url)).headers.get('etag') ?? ''
    expect(etag).toBe(`"${md5(file)}"`)
    const rest = { Range: 'bytes=500-' }
    expect((await get(handler, url, { ...rest, 'If-Range': etag })).status).toBe(206)
    expect((await get(handler, url, { ...rest, 'If-Range': '"other"' })).status).toBe(200)
    expect((await get(handler, url, { ...rest, 'If-Range': new Date().toUTCString() })).status).toBe(200)
  })

  test('comes from a disk too', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'chunkwise-downloads-'))
    const handler = serve({ store: diskStore({ dir }) })
    onTestFinished(async () => {
      await handler.close()
      await rm(dir, { recursive: true, force: true })
    })
    const url = await upload(handler)
    expect(await bytesOf(await get(handler, url, { Range: 'bytes=10-19' }))).toEqual(file.slice(10, 20))
  })
})

describe('S23 the name of a download', () => {
  test.each([
    ['a.txt', `attachment; filename="a.txt"; filename*=UTF-8''a.txt`],
    ['é "x".txt', `attachment; filename="_ _x_.txt"; filename*=UTF-8''%C3%A9%20%22x%22.txt`],
    ["a'(1)*.txt", `attachment; filename="a'(1)*.txt"; filename*=UTF-8''a%27%281%29%2A.txt`],
    [
      'a\r\nSet-Cookie: x=1',
      `attachment; filename="a__Set-Cookie: x=1"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x%3D1`,
    ],
    ['../../etc/passwd', `attachment; filename="passwd"; filename*=UTF-8''passwd`],
    ['C:\\x\\y.exe', `attachment; filename="y.exe"; filename*=UTF-8''y.exe`],
    ['\uD800', `attachment; filename="_"; filename*=UTF-8''%EF%BF%BD`],
    ['/', `attachment; filename="file"; filename*=UTF-8''file`],
  ])('%j', (name, header) => {
    expect(attachment(name)).toBe(header)
  })

  test('is a header and reads back, whatever it is', () => {
    const property = fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
      const plain = name.replaceAll(/[/\\]/g, '-')
      const header = attachment(plain)
      expect(header).toMatch(/^[ -~]+$/)
      expect(readDisposition(header)).toMatchObject({ type: 'attachment' })
      expect(decodeURIComponent(header.split("UTF-8''")[1] ?? '')).toBe(plain)
    })
    fc.assert(property, { numRuns: 500 })
  })
})

test('an option that is none is refused by name', () => {
  const downloads: object = { image: true }
  expect(() => serve({ downloads })).toThrow('Unknown option downloads.image')
})

test('who may have a file is sent to where the store has it, where that is wanted and the store can say so', async () => {
  const store = memoryStore()
  const told: number[] = []
  const elsewhere: UploadStore = {
    ...store,
    async file(record) {
      const file = await store.file(record)
      const address = async (seconds: number): Promise<string> => {
        told.push(seconds)
        return `https://bucket.example/${record.id}?signed`
      }
      return file && { ...file, address }
    },
  }
  for (const [given, status] of [
    [{ store: elsewhere, downloads: { redirectSeconds: 60 } }, 302],
    [{ store: elsewhere, downloads: true }, 200],
    [{ store: memoryStore(), downloads: { redirectSeconds: 60 } }, 200],
  ] as const) {
    const handler = serve(given)
    const url = await upload(handler)
    const answer = await get(handler, url)
    expect(answer.status).toBe(status)
    if (status === 302)
      expect(url).toContain(/example\/(.*)\?/.exec(answer.headers.get('Location') ?? '')?.[1] ?? 'none')
  }
  expect(told).toEqual([60])
})

test.each([[0], [1.5], [604_801], ['60']])('%j seconds are refused', (redirectSeconds) => {
  expect(() => serve({ downloads: { redirectSeconds: redirectSeconds as number } })).toThrow(
    `Option downloads.redirectSeconds: expected 1 to 604800, got ${JSON.stringify(redirectSeconds)}`,
  )
})
