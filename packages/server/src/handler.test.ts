import { describe, expect, test, vi } from 'vitest'
import { ask, base, chunkRequest, fileOf, finishRequest, handFed, md5, start } from './dialects/fixtures/drf-client.ts'
import { tokenAuth } from './auth/token.ts'
import { createUploadHandler } from './handler.ts'
import type { UploadHandlerOptions } from './options.ts'
import { UploadProblem } from './problem.ts'
import { memoryStore } from './stores/memory.ts'

const serve = (options: Partial<UploadHandlerOptions> = {}) => createUploadHandler({ store: memoryStore(), ...options })
const file = fileOf(25)

describe('every answer', () => {
  test('F30 S03 is kept by no cache, guessed by no page, told to no other site', async () => {
    const handler = serve()
    const url = await start(handler, file, 25)
    const requests = [
      new Request(url),
      new Request(base),
      new Request(`${base}nothing/`),
      new Request(url.slice(0, -1)),
      new Request(url, { method: 'PATCH' }),
      finishRequest(url, { md5: md5(file) }),
      new Request(url, { method: 'OPTIONS' }),
    ]
    for (const request of requests) {
      const { headers } = await handler(request)
      expect(headers.get('cache-control')).toContain('no-store')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
    }
  })

  test('S35 to a fault of ours tells nothing of it, and the host is told all', async () => {
    const seen: unknown[] = []
    const fault = new Error('ENOENT: /srv/secret/path')
    const handler = serve({
      store: {
        ...memoryStore(),
        list: () => {
          throw fault
        },
      },
      onError: (error, _request, requestId) => seen.push([error, requestId]),
    })
    const response = await handler(new Request(base))
    expect(response.status).toBe(500)
    const requestId = response.headers.get('x-request-id')
    expect(await response.json()).toEqual({ detail: 'Internal server error.', request: requestId })
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/)
    expect(seen).toEqual([[fault, requestId]])
  })

  test('S26 echoes nothing of the request but what is asked to be kept', async () => {
    const handler = serve()
    const evil = '<script>alert(1)</script>'
    const response = await handler(
      new Request(`${base}${encodeURIComponent(evil)}/?x=${evil}`, {
        method: 'GET',
        headers: { Accept: 'text/html, */*' },
      }),
    )
    expect(await response.text()).not.toContain('script')
  })
})

test('S03 an id has the 122 random bits of a UUIDv4, and no two are alike', async () => {
  const handler = serve()
  const ids = new Set<string>()
  for (let count = 0; count < 100; count += 1) ids.add((await start(handler, file, 25)).split('/').at(-2) ?? '')
  expect(ids.size).toBe(100)
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})

describe('cross-origin', () => {
  test('S28 by default no other origin is let in', async () => {
    const response = await serve()(new Request(base, { headers: { Origin: 'https://app.example' } }))
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  test('F22 a listed one can read every header, of errors too', async () => {
    const handler = serve({ cors: { origins: ['https://app.example'] }, throttle: { requests: 1, perMs: 1000 } })
    const request = () => new Request(base, { headers: { Origin: 'https://app.example' } })
    await handler(request())
    const response = await handler(request())
    expect(response.status).toBe(429)
    expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example')
    expect(response.headers.get('access-control-expose-headers')).toContain('retry-after')
  })

  test('a preflight needs no credentials', async () => {
    const handler = serve({ cors: { origins: ['https://app.example'] }, authenticate: () => undefined })
    const headers = { Origin: 'https://app.example', 'Access-Control-Request-Method': 'PUT' }
    expect((await handler(new Request(base, { method: 'OPTIONS', headers }))).status).toBe(200)
    expect((await handler(new Request(base))).status).toBe(403)
  })
})

describe('F07 when it is stopped', () => {
  test('new requests are sent away, those under way end', async () => {
    const handler = serve()
    const url = await start(handler, file.subarray(0, 10), 25)
    const slow = handFed()
    const chunk = ask(handler, chunkRequest({ url, range: 'bytes 10-24/25', file: slow.stream }))
    slow.feed(file.subarray(10, 20))
    await slow.taken()
    handler.drain()
    const refused = await handler(new Request(url))
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('2')
    const closed = handler.close()
    slow.feed(file.subarray(20))
    slow.end()
    expect(await chunk).toMatchObject({ status: 200, body: { offset: 25 } })
    await closed
  })
})

describe('when it starts', () => {
  test('a store that cannot be opened is tried again by the next request', async () => {
    const store = memoryStore()
    let broken = true
    const onError = vi.fn()
    const handler = serve({
      onError,
      store: {
        ...store,
        open: async () => {
          if (broken) throw new Error('not mounted yet')
        },
      },
    })
    expect((await handler(new Request(base))).status).toBe(500)
    broken = false
    expect((await handler(new Request(base))).status).toBe(200)
    expect(onError).toHaveBeenCalledTimes(1)
  })

  test('S17 I14 a finish that a crash cut off between the checksum and the hook goes on', async () => {
    const store = memoryStore()
    const down = serve({
      store,
      onError: () => {},
      onComplete: () => {
        throw new Error('killed here')
      },
    })
    const url = await start(down, file, 25)
    await ask(down, finishRequest(url, { md5: md5(file) }))
    const seen: unknown[] = []
    const again = serve({ store, onComplete: ({ session, request }) => void seen.push(session.id, request) })
    await again.open()
    expect(seen).toEqual([url.split('/').at(-2), undefined])
    expect((await ask(again, new Request(url))).body).toMatchObject({ status: 2 })
    await again.open()
    expect(seen).toHaveLength(2)
  })
})

describe('signing in', () => {
  const from = (handler: ReturnType<typeof serve>, address: string, token: string) =>
    handler(new Request(base, { headers: { Authorization: `Token ${token}` } }), { address })

  test('S06 wrong credentials are counted by the address that they come from, right ones by their owner', async () => {
    const handler = serve({
      authenticate: tokenAuth({ secret: 'alice' }),
      throttle: { requests: 2, perMs: 60_000 },
      now: () => 0,
    })
    const statuses: number[] = []
    for (const token of ['a', 'b', 'c', 'd']) statuses.push((await from(handler, '1', token)).status)
    expect(statuses).toEqual([401, 401, 429, 429])
    expect((await from(handler, '2', 'e')).status).toBe(401)
    expect((await from(handler, '1', 'secret')).status).toBe(200)
  })

  test('what cannot be found out now is told to the host, with the request; a refusal is not', async () => {
    const seen: unknown[] = []
    const problem = new UploadProblem('unavailable', 'later', { retryAfter: 7 })
    const handler = serve({
      authenticate: (request) => {
        throw request.method === 'GET' ? problem : new UploadProblem('forbidden', 'no')
      },
      onError: (error, request) => seen.push(error, request?.method),
    })
    const response = await handler(new Request(base))
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '7'])
    expect((await handler(new Request(base, { method: 'OPTIONS' }))).status).toBe(403)
    expect(seen).toEqual([problem, 'GET'])
  })
})

describe('wrong options are refused by name', () => {
  test.each([
    [{ store: undefined }, 'Option store: expected memoryStore() or diskStore({ dir }), got undefined'],
    [{ path: 'uploads' }, 'Option path: expected a path like "/api/uploads/", got "uploads"'],
    [{ path: '/api/uploads' }, 'Option path: expected a path like "/api/uploads/", got "/api/uploads"'],
    [{ checksum: 'sha1' }, 'Option checksum: expected "md5", "sha256" or false, got "sha1"'],
    [{ lifetimeMs: 0 }, 'Option lifetimeMs: expected milliseconds above 0, got 0'],
    [{ retentionMs: -1 }, 'Option retentionMs: expected milliseconds above 0, got -1'],
    [{ maxSize: 0 }, 'Option maxSize: expected bytes above 0, got 0'],
    [{ compat: '0.7' }, 'Option compat: expected "0.6.0", "0.5.1" or "fork", got "0.7"'],
    [
      { origin: 'files.example' },
      'Option origin: expected something like "https://files.example", got "files.example"',
    ],
    [{ mediaUrl: '/media' }, 'Option mediaUrl: expected a path that ends in "/", got "/media"'],
    [{ files: { folder: '../x' } }, 'Option files.folder'],
    [{ cors: { origins: ['x'] } }, 'Option cors.origins'],
    [{ lifetime: 5 }, 'Unknown option lifetime'],
    [{ drf: { filefield: 'x' } }, 'Unknown option drf.filefield'],
  ])('%j', (options, message) => {
    // What TypeScript would refuse, JavaScript lets through.
    expect(() => serve(options as unknown as Partial<UploadHandlerOptions>)).toThrow(message)
  })
})
