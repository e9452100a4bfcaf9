import { describe, expect, test } from 'vitest'
import { basicAuth } from './auth/basic.ts'
import { tokenAuth } from './auth/token.ts'
import { anyOf } from './auth.ts'
import { base, chunkRequest, fileOf, finishRequest, md5 } from './dialects/fixtures/drf-client.ts'
import { tusWire } from './dialects/fixtures/wires.ts'
import { createUploadHandler, type UploadHandler } from './handler.ts'
import type { UploadHandlerOptions } from './options.ts'
import { memoryStore } from './stores/memory.ts'

const file = fileOf(25)

/** Somebody is signed in by a cookie. */
const byCookie = ({ headers }: Request): string | undefined =>
  /(?:^|; )session=alice(?:;|$)/.test(headers.get('cookie') ?? '') ? 'alice' : undefined

const serve = (options: Partial<UploadHandlerOptions> = {}): UploadHandler =>
  createUploadHandler({
    store: memoryStore(),
    authenticate: anyOf(tokenAuth({ secret: 'alice' }), byCookie),
    ...options,
  })

const cookie = { Cookie: 'theme=dark; session=alice' }

/** An upload of alice that has all its bytes. */
async function begun(handler: UploadHandler): Promise<string> {
  const request = chunkRequest({
    range: 'bytes 0-24/25',
    file,
    fields: { filename: 'a' },
    headers: { ...cookie, Origin: 'http://localhost' },
  })
  const body: unknown = await (await handler(request)).json()
  return String(Reflect.get(Object(body), 'url'))
}

/** A finish as a form of a page sends it: what any page can make a browser do. */
const form = (url: string, headers: Record<string, string>): Request =>
  finishRequest(url, { md5: md5(file) }, { ...cookie, ...headers })

describe('S29 a finish that comes with a cookie', () => {
  test.each([
    ['a page of another site', { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }, 403],
    ['a page of another site, in a browser that says no more', { Origin: 'https://evil.example' }, 403],
    ['a sandboxed page', { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' }, 403],
    ['a page without an origin', { Origin: 'null' }, 403],
    ['a sister site', { Origin: 'http://blog.localhost', 'Sec-Fetch-Site': 'same-site' }, 403],
    ['another port', { Origin: 'http://localhost:8081' }, 403],
    ['a host that begins alike', { Origin: 'http://localhost.evil.example' }, 403],
    ['another site that sends a custom header after all', { Origin: 'https://evil.example', 'X-CSRFToken': 'x' }, 403],
    ['another site that hides its name', { 'Sec-Fetch-Site': 'cross-site', 'X-CSRFToken': 'x' }, 403],
    ['nobody knows whom', {}, 403],
    ['nobody knows whom, with a header that no page can send', { 'X-CSRFToken': 'x' }, 200],
    ['a script', { 'X-Requested-With': 'XMLHttpRequest' }, 200],
    ['its own page', { Origin: 'http://localhost', 'Sec-Fetch-Site': 'same-origin' }, 200],
    ['its own page, in a browser that says no more', { Origin: 'http://localhost' }, 200],
    ['its own page, where TLS ends at a proxy', { Origin: 'https://localhost' }, 200],
    ['the address bar', { 'Sec-Fetch-Site': 'none' }, 200],
  ])('from %s', async (_who, headers, status) => {
    const handler = serve()
    const url = await begun(handler)
    expect((await handler(form(url, headers))).status).toBe(status)
    const [session] = await handler.sessions.list({ owner: 'alice' })
    expect(session?.status).toBe(status === 200 ? 'complete' : 'uploading')
  })

  test('from a page that is listed for cookies', async () => {
    const app = 'https://app.example'
    const from = { Origin: app, 'Sec-Fetch-Site': 'cross-site' }
    const answer = async (options: Partial<UploadHandlerOptions>): Promise<number> => {
      const handler = serve(options)
      return (await handler(form(await begun(handler), from))).status
    }
    expect(await answer({ cors: { origins: [app], credentials: true } })).toBe(200)
    expect(await answer({ csrf: { origins: [app] } })).toBe(200)
    // It may upload, but not with anybody's cookies.
    expect(await answer({ cors: { origins: [app] } })).toBe(403)
    expect(await answer({ cors: { origins: '*' } })).toBe(403)
    expect(await answer({ csrf: false })).toBe(200)
  })

  test("is refused as a real site refuses it, in its clients' mode too", async () => {
    const handler = serve({ compat: '0.6.0' })
    const response = await handler(form(await begun(handler), {}))
    expect([response.status, await response.json()]).toEqual([
      403,
      { detail: 'CSRF Failed: the request may come from a page of another site.' },
    ])
  })
})

describe('S29 every verb that changes something', () => {
  const foreign = { ...cookie, Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('%s of another site is refused', async (method) => {
    expect((await serve()(new Request(base, { method, headers: foreign }))).status).toBe(403)
  })

  test('in tus too, and with its override of the method', async () => {
    const handler = serve()
    const url = await begun(handler)
    const begin = tusWire.begin({ start: 0, body: file, size: 25, last: true, headers: foreign })
    expect((await handler(begin)).status).toBe(403)
    const headers = { ...foreign, 'Tus-Resumable': '1.0.0', 'X-HTTP-Method-Override': 'DELETE' }
    expect((await handler(new Request(url, { method: 'POST', headers }))).status).toBe(403)
  })

  test.each(['GET', 'HEAD'])('%s is not', async (method) => {
    const handler = serve()
    const url = await begun(handler)
    expect((await handler(new Request(url, { method, headers: foreign }))).status).toBe(200)
  })
})

describe('S29 what no browser adds by itself', () => {
  const foreign = { Origin: 'https://app.example', 'Sec-Fetch-Site': 'cross-site' }

  test('a token in a header needs none of it, with or without cookies', async () => {
    const handler = serve()
    for (const more of [{}, cookie]) {
      const url = await begun(handler)
      const request = finishRequest(url, { md5: md5(file) }, { Authorization: 'Token secret', ...foreign, ...more })
      expect((await handler(request)).status).toBe(200)
    }
  })

  test('what was typed into the prompt of a browser it does add', async () => {
    const handler = serve({ authenticate: basicAuth({ alice: 'secret' }) })
    const headers = { Authorization: `Basic ${btoa('alice:secret')}` }
    const create = (more: Record<string, string>): Request =>
      chunkRequest({ range: 'bytes 0-24/25', file, fields: { filename: 'a' }, headers: { ...headers, ...more } })
    expect((await handler(create(foreign))).status).toBe(403)
    expect((await handler(create({}))).status).toBe(200)
    const url = (await handler.sessions.list({ owner: 'alice' })).map(({ id }) => `${base}${id}/`)[0] ?? ''
    // A script with a password says nothing of where it is, and does not have to.
    expect((await handler(finishRequest(url, { md5: md5(file) }, headers))).status).toBe(200)
  })

  test('without anybody to sign in there is nobody to act for', async () => {
    const handler = createUploadHandler({ store: memoryStore() })
    const request = chunkRequest({
      range: 'bytes 0-24/25',
      file,
      fields: { filename: 'a' },
      headers: { ...cookie, ...foreign },
    })
    expect((await handler(request)).status).toBe(200)
  })
})

test.each([
  [
    { origins: ['app.example'] },
    'Option csrf.origins: expected something like "https://app.example", got "app.example"',
  ],
  [{ origin: [] }, 'Unknown option csrf.origin'],
])('csrf %j is refused by name', (csrf: object, message) => {
  expect(() => serve({ csrf })).toThrow(message)
})
