import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { base } from '../dialects/fixtures/drf-client.ts'
import { createUploadHandler } from '../handler.ts'
import { UploadProblem } from '../problem.ts'
import { memoryStore } from '../stores/memory.ts'
import { authContract, withdrawalContract } from './contract.ts'
import { externalAuth, type ExternalOptions } from './external.ts'

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  // The address of a listening TCP server is one.
  const { port } = server.address() as AddressInfo
  return `http://127.0.0.1:${port}/whoami`
}

const request = (token?: string, headers: Record<string, string> = {}, method = 'GET') =>
  new Request(base, { method, headers: { ...headers, ...(token === undefined ? {} : { Authorization: token }) } })

/** An authority that counts its questions and knows who is who. */
function rig(options: Partial<ExternalOptions> = {}) {
  const known = new Map<string | null, string>([
    ['a', 'alice'],
    ['b', 'bob'],
  ])
  let now = 1_800_000_000_000
  const authority = vi.fn(
    (credentials: Headers, _signal: AbortSignal): Promise<string | undefined> | string | undefined => {
      const owner = known.get(credentials.get('authorization'))
      if (owner !== undefined) return owner
      throw new UploadProblem('unauthorized', 'Invalid credentials.', { challenge: 'Bearer' })
    },
  )
  const authenticate = externalAuth({ authority, now: () => now, ...options })
  const pass = (ms: number): void => {
    now += ms
  }
  return { authenticate, authority, known, pass }
}

const invalid = { code: 'unauthorized', message: 'Invalid credentials.', details: { challenge: 'Bearer' } }
const unavailable = {
  code: 'unavailable',
  message: 'Cannot learn who asks at the moment',
  details: { retryAfter: 5 },
}

describe('over HTTP', () => {
  const answer = (status: number, body: string, headers: Record<string, string> = {}): RequestListener => {
    return (_request, response) => response.writeHead(status, headers).end(body)
  }

  test.each([
    ['{"owner": "alice", "email": "a@example"}', 'alice'],
    ['{"owner": 7}', '7'],
    ['{"owner": null}', undefined],
  ])('200 with %s is %s', async (body, owner) => {
    const authenticate = externalAuth({ authority: await listen(answer(200, body)) })
    expect(await authenticate(request('a'))).toBe(owner)
  })

  test.each([401, 403])('%d is a refusal', async (status) => {
    const authenticate = externalAuth({ authority: new URL(await listen(answer(status, '{"owner": "alice"}'))) })
    await expect(authenticate(request('a'))).rejects.toMatchObject(invalid)
  })

  test.each([
    ['a redirect to a page to sign in on', 302, '', { Location: '/login' }],
    ['a fault', 500, '{"owner": "alice"}', {}],
    ['no such page', 404, '{"owner": "alice"}', {}],
    ['nothing', 204, '', {}],
    ['too many questions', 429, '', {}],
    ['a page', 200, '<html>alice</html>', {}],
    ['JSON without an owner', 200, '{"user": "alice"}', {}],
    ['an owner without a name', 200, '{"owner": ""}', {}],
    ['an owner that is no name', 200, '{"owner": {"id": 1}}', {}],
    ['half a number', 200, '{"owner": 1.5}', {}],
    ['a list', 200, '["alice"]', {}],
  ])('%s is no answer, and no refusal', async (_name, status, body, headers) => {
    const asked: (string | undefined)[] = []
    const address = await listen((request, response) => {
      asked.push(request.url)
      answer(status, body, headers)(request, response)
    })
    const cause = expect.objectContaining({ message: expect.stringContaining(`: expected`) })
    await expect(externalAuth({ authority: address })(request('a'))).rejects.toMatchObject({ ...unavailable, cause })
    await expect(externalAuth({ authority: address })(request('a'))).rejects.toMatchObject({
      cause: expect.objectContaining({ message: expect.stringContaining(address) }),
    })
    expect(asked).toEqual(['/whoami', '/whoami'])
  })

  test('an authority that is not there is 503 with Retry-After, and the host is told why', async () => {
    const server = createServer()
    const address = await new Promise<string>((resolve) => {
      // The address of a listening TCP server is one.
      server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`))
    })
    await new Promise((resolve) => server.close(resolve))
    const onError = vi.fn()
    const handler = createUploadHandler({
      store: memoryStore(),
      authenticate: externalAuth({ authority: address }),
      onError,
    })
    const response = await handler(request('a'))
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
    expect(await response.json()).toEqual({ detail: 'Cannot learn who asks at the moment' })
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: 'unavailable', cause: expect.any(TypeError) }),
      expect.any(Request),
    )
  })

  test('S30 of the request it gets the listed headers, and nothing else', async () => {
    const seen: unknown[] = []
    const address = await listen(({ method, url, headers }, response) => {
      const { authorization, cookie, 'x-tenant': tenant, 'x-other': other, accept } = headers
      seen.push({ method, url, authorization, cookie, tenant, other, accept })
      response.end('{"owner": "alice"}')
    })
    const secrets = { Cookie: 'session=1', 'X-Tenant': 't', 'X-Other': 'o', Host: 'evil.example' }
    const put = request('a', secrets, 'PUT')
    expect(await externalAuth({ authority: address })(put)).toBe('alice')
    expect(await externalAuth({ authority: address, forward: ['X-Tenant', 'cookie'] })(put)).toBe('alice')
    const asked = { method: 'GET', url: '/whoami', accept: 'application/json' }
    expect(seen).toEqual([
      { ...asked, authorization: 'a' },
      { ...asked, cookie: 'session=1', tenant: 't' },
    ])
  })

  test('one that says nothing is given up in time, and its connection is closed', async () => {
    let left = (): void => {}
    const closed = new Promise<void>((resolve) => {
      left = resolve
    })
    const authority = await listen((request) => void request.once('close', left))
    await expect(externalAuth({ authority, timeoutMs: 30 })(request('a'))).rejects.toMatchObject(unavailable)
    await closed
  })
})

describe('a function', () => {
  test('may say nobody in particular, and that it cannot tell', async () => {
    const { authenticate, authority } = rig()
    authority.mockReturnValueOnce(undefined)
    expect(await authenticate(request('c'))).toBeUndefined()
    authority.mockImplementationOnce(() => {
      throw new Error('no database')
    })
    await expect(authenticate(request('a'))).rejects.toMatchObject(unavailable)
    authority.mockRejectedValueOnce(new UploadProblem('too-many-requests', 'slower', { retryAfter: 9 }))
    await expect(authenticate(request('a'))).rejects.toMatchObject({ code: 'too-many-requests' })
    expect(await authenticate(request('a'))).toBe('alice')
  })

  test('that never answers is given up in time, though it does not listen to its signal', async () => {
    const { authenticate, authority } = rig({ timeoutMs: 10 })
    authority.mockReturnValueOnce(new Promise(() => {}))
    await expect(authenticate(request('a'))).rejects.toMatchObject({
      ...unavailable,
      cause: expect.objectContaining({ name: 'TimeoutError' }),
    })
    expect(authority.mock.calls[0]?.[1].aborted).toBe(true)
  })

  test('a request without credentials is nobody in particular, and no question', async () => {
    const { authenticate, authority } = rig()
    expect(await authenticate(request())).toBeUndefined()
    expect(await authenticate(request(undefined, { Cookie: 'session=1' }))).toBeUndefined()
    expect(authority).not.toHaveBeenCalled()
  })
})

describe('what is remembered', () => {
  test('an owner, for half a minute from the question', async () => {
    const { authenticate, authority, known, pass } = rig()
    expect(await authenticate(request('a'))).toBe('alice')
    known.delete('a')
    pass(29_999)
    expect(await authenticate(request('a'))).toBe('alice')
    expect(authority).toHaveBeenCalledOnce()
    pass(1)
    await expect(authenticate(request('a'))).rejects.toMatchObject(invalid)
  })

  test('a refusal, for two seconds: who signs in then is let in', async () => {
    const { authenticate, authority, known, pass } = rig()
    await expect(authenticate(request('c'))).rejects.toMatchObject(invalid)
    known.set('c', 'carol')
    pass(1999)
    await expect(authenticate(request('c'))).rejects.toMatchObject(invalid)
    expect(authority).toHaveBeenCalledOnce()
    pass(1)
    expect(await authenticate(request('c'))).toBe('carol')
  })

  test('nobody in particular, as briefly', async () => {
    const { authenticate, authority, pass } = rig()
    authority.mockReturnValueOnce(undefined)
    expect(await authenticate(request('a'))).toBeUndefined()
    expect(await authenticate(request('a'))).toBeUndefined()
    pass(2000)
    expect(await authenticate(request('a'))).toBe('alice')
  })

  test('no failure', async () => {
    const { authenticate, authority } = rig()
    authority.mockRejectedValueOnce(new Error('no database'))
    await expect(authenticate(request('a'))).rejects.toMatchObject(unavailable)
    expect(await authenticate(request('a'))).toBe('alice')
    expect(authority).toHaveBeenCalledTimes(2)
  })

  test('by all that was forwarded: one header more is another question', async () => {
    const { authenticate, authority } = rig({ forward: ['authorization', 'x-tenant'] })
    await authenticate(request('a'))
    await authenticate(request('a', { 'X-Tenant': '1' }))
    await authenticate(request('a', { 'X-Tenant': '2' }))
    await authenticate(request('a', { 'X-Tenant': '2', 'X-Other': '3' }))
    expect(authority).toHaveBeenCalledTimes(3)
  })

  test('within a bound, the oldest go; and wrong credentials do not push out right ones', async () => {
    const { authenticate, authority } = rig({ limit: 2 })
    await authenticate(request('a'))
    for (let guess = 0; guess < 10; guess += 1)
      await expect(authenticate(request(`guess ${guess}`))).rejects.toMatchObject(invalid)
    expect(authority).toHaveBeenCalledTimes(11)
    await authenticate(request('a'))
    await expect(authenticate(request('guess 9'))).rejects.toMatchObject(invalid)
    expect(authority).toHaveBeenCalledTimes(11)
    await expect(authenticate(request('guess 0'))).rejects.toMatchObject(invalid)
    expect(authority).toHaveBeenCalledTimes(12)
  })
})

describe('questions at the same time', () => {
  test('about the same credentials are one, of others their own', async () => {
    const { authenticate, authority } = rig()
    const owners = await Promise.all(['a', 'b', 'a', 'a', 'b'].map(async (token) => authenticate(request(token))))
    expect(owners).toEqual(['alice', 'bob', 'alice', 'alice', 'bob'])
    expect(authority).toHaveBeenCalledTimes(2)
  })

  test('fail together, and the next one asks again', async () => {
    const digest = vi.spyOn(crypto.subtle, 'digest')
    onTestFinished(() => digest.mockRestore())
    const { authenticate, authority } = rig()
    let fail = (_cause: Error): void => {}
    authority.mockReturnValueOnce(
      new Promise((_, reject) => {
        fail = reject
      }),
    )
    const both = Promise.allSettled([authenticate(request('a')), authenticate(request('a'))])
    await Promise.all(digest.mock.results.map(({ value }) => value))
    // What waited for its digest has asked by then.
    await new Promise(setImmediate)
    fail(new Error('no database'))
    expect(await both).toMatchObject([{ reason: unavailable }, { reason: unavailable }])
    expect(authority).toHaveBeenCalledOnce()
    expect(await authenticate(request('a'))).toBe('alice')
  })

  test('whoever leaves does not end it for the others', async () => {
    const { authenticate, authority } = rig()
    let say = (_owner: string): void => {}
    authority.mockReturnValueOnce(
      new Promise((resolve) => {
        say = resolve
      }),
    )
    const leaver = new AbortController()
    const leaving = authenticate(new Request(base, { headers: { Authorization: 'a' }, signal: leaver.signal }))
    const staying = authenticate(request('a'))
    leaver.abort(new Error('left'))
    await expect(leaving).rejects.toThrow('left')
    say('alice')
    expect(await staying).toBe('alice')
    expect(authority).toHaveBeenCalledOnce()
  })
})

describe('cookies, which browsers send from any page', () => {
  const cookies = (method: string, origin: string | undefined, origins: string[] = []) => {
    const { authenticate } = rig({ authority: () => 'alice', forward: ['cookie'], origins })
    const headers = { Cookie: 'session=1', ...(origin === undefined ? {} : { Origin: origin }) }
    return authenticate(request(undefined, headers, method))
  }

  test.each([
    ['GET', 'https://evil.example'],
    ['HEAD', 'https://evil.example'],
    ['PUT', 'http://localhost'],
    ['PUT', 'https://localhost'],
    ['POST', undefined],
  ])('are taken: %s from %s', async (method, origin) => {
    expect(await cookies(method, origin)).toBe('alice')
  })

  test.each(['PUT', 'POST', 'DELETE'])('are refused: %s from another site', async (method) => {
    const refused = { code: 'forbidden', message: 'Cookies are taken from pages of this site only.' }
    for (const origin of ['https://evil.example', 'http://localhost:81', 'http://localhost.evil.example', 'null', ''])
      await expect(cookies(method, origin)).rejects.toMatchObject(refused)
  })

  test('are taken from another site that was named', async () => {
    expect(await cookies('PUT', 'https://app.example', ['https://app.example'])).toBe('alice')
    await expect(cookies('PUT', 'http://app.example', ['https://app.example'])).rejects.toThrow('of this site only')
  })

  test('what no browser adds by itself is taken from anywhere', async () => {
    expect(await rig().authenticate(request('a', { Origin: 'https://evil.example' }, 'PUT'))).toBe('alice')
  })
})

test.each([
  [{ authority: '/whoami' }, 'Option authority: expected an http address or a function, got "/whoami"'],
  [
    { authority: 'file:///etc/passwd' },
    'Option authority: expected an http address or a function, got "file:///etc/passwd"',
  ],
  [{ timeoutMs: 0 }, 'Option timeoutMs: expected a number above 0, got 0'],
  [{ rememberMs: Number.NaN }, 'Option rememberMs: expected a number above 0, got NaN'],
  [{ refusedMs: -1 }, 'Option refusedMs: expected a number above 0, got -1'],
  [{ limit: 0 }, 'Option limit: expected a number above 0, got 0'],
  [{ forward: [] }, 'Option forward: expected names of headers, got none'],
  [{ forward: ['a b'] }, 'Option forward: expected names of headers, got "a b"'],
])('the wrong options %j are refused by name', (options, message) => {
  expect(() => externalAuth({ authority: 'http://localhost/', ...options })).toThrow(new TypeError(message))
})

const as = (who: string) => ({ headers: { Authorization: { alice: 'a', bob: 'b' }[who] ?? 'c' } })

describe('for everybody and everything', () => {
  authContract(() => ({ authenticate: rig().authenticate, as }))

  withdrawalContract(() => {
    const { authenticate, known, pass } = rig()
    const withdraw = (): void => {
      known.delete('a')
      pass(30_000)
    }
    return { authenticate, as, withdraw }
  })
})
