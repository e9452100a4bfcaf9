import { createHmac } from 'node:crypto'
import { describe, expect, test, vi } from 'vitest'
import { chunkRequest, fileOf } from '../dialects/fixtures/drf-client.ts'
import { authContract, withdrawalContract } from './contract.ts'
import { signRequest } from './sign-request.ts'
import { signedQueryAuth, type SignedQueryOptions, type SigningSecret } from './signed-query.ts'

const secret = '0123456789abcdef'
const secrets: Record<string, SigningSecret> = {
  a: { owner: 'alice', secret },
  b: { owner: 'bob', secret: 'fedcba9876543210' },
}
const at = 1_800_000_000_000
const url = 'http://localhost/api/uploads/%20x/'
const signatures = (options: SignedQueryOptions = {}) => signedQueryAuth(secrets, { now: () => at, ...options })
const sign = (change: Partial<Parameters<typeof signRequest>[0]> = {}) =>
  signRequest({ key: 'a', secret, method: 'GET', url, timestamp: at, ...change })
const request = (headers: Record<string, string>, method = 'GET', address = url) =>
  new Request(address, { method, headers })
const refusal = (message: string) => ({ code: 'unauthorized', message, details: { challenge: 'Signed-Query' } })
const invalid = refusal('Invalid signature.')

describe('what is signed', () => {
  test('is method, path and time, by HMAC-SHA256 in hex', async () => {
    const text = `PUT\n/api/uploads/%20x/\n${at}`
    expect(await sign({ method: 'put', url: `${url}?page=2#top` })).toEqual({
      'X-Signature-Key': 'a',
      'X-Signature-Timestamp': String(at),
      'X-Signature': createHmac('sha256', secret).update(text).digest('hex'),
    })
  })

  test('comes in headers or in the query, in either case of its hex', async () => {
    const headers = await sign()
    expect(await signatures()(request(headers))).toBe('alice')
    expect(await signatures()(request({ ...headers, 'X-Signature': headers['X-Signature'].toUpperCase() }))).toBe(
      'alice',
    )
    const query = new URLSearchParams({ key: 'a', timestamp: String(at), signature: headers['X-Signature'] })
    expect(await signatures()(request({}, 'GET', `${url}?page=2&${query.toString()}`))).toBe('alice')
  })

  test('is made for now, if no time is given', async () => {
    const { 'X-Signature-Timestamp': timestamp, ...headers } = await sign({ timestamp: Date.now() })
    expect(await signedQueryAuth(secrets)(request({ ...headers, 'X-Signature-Timestamp': timestamp }))).toBe('alice')
    vi.useFakeTimers({ now: at })
    expect((await signRequest({ key: 'a', secret, method: 'GET', url }))['X-Signature-Timestamp']).toBe(String(at))
    vi.useRealTimers()
  })

  test('is an absolute address', async () => {
    await expect(sign({ url: '/api/uploads/' })).rejects.toThrow(
      new TypeError('Cannot sign: expected an absolute address, got "/api/uploads/"'),
    )
  })

  test('without a signature a request is nobody in particular', async () => {
    expect(await signatures()(request({}))).toBeUndefined()
    expect(await signatures()(request({ 'X-Signature-Key': 'a' }, 'GET', `${url}?key=a`))).toBeUndefined()
  })

  test('the body, the query and the host are not', async () => {
    const headers = await sign({ method: 'PUT' })
    const body = chunkRequest({ url, headers, range: 'bytes 0-2/3', file: fileOf(3) })
    expect(await signatures()(body)).toBe('alice')
    const elsewhere = url.replace('localhost', 'other.example')
    expect(await signatures()(request(headers, 'PUT', `${elsewhere}?page=3`))).toBe('alice')
  })
})

describe('refused is', () => {
  test.each([
    ['another method', {}, 'HEAD', url],
    ['another path', {}, 'GET', url.replace('x', 'y')],
    ['another way to write the path', {}, 'GET', url.replace('x', '%78')],
    ['another time', { 'X-Signature-Timestamp': String(at + 1) }, 'GET', url],
    ["another's key", { 'X-Signature-Key': 'b' }, 'GET', url],
    ['a key that is not known', { 'X-Signature-Key': 'c' }, 'GET', url],
    ['a name that every object has', { 'X-Signature-Key': 'constructor' }, 'GET', url],
    ['no hex', { 'X-Signature': 'x'.repeat(64) }, 'GET', url],
    ['an empty signature', { 'X-Signature': '' }, 'GET', url],
    ['a part of a signature', { 'X-Signature': 'a' }, 'GET', url],
  ])('%s', async (_name, change, method, address) => {
    await expect(signatures()(request({ ...(await sign()), ...change }, method, address))).rejects.toMatchObject(
      invalid,
    )
  })

  test('a signature of nobody: the stand-in for unknown keys opens nothing', async () => {
    await expect(signatures()(request(await sign({ key: 'c', secret: 'nobody' })))).rejects.toMatchObject(invalid)
  })

  test.each(['key', 'timestamp'])('what is incomplete: the %s', async (missing) => {
    const headers = new Headers(await sign())
    headers.delete(`x-signature-${missing}`)
    const message = `Incomplete signature: the ${missing} is missing.`
    await expect(signatures()(new Request(url, { headers }))).rejects.toMatchObject(refusal(message))
  })

  test.each([
    [-300_000, true],
    [-300_001, false],
    [300_000, true],
    [300_001, false],
  ])('a time that is too far from the clock: %d ms is allowed: %s', async (distance, allowed) => {
    const headers = await sign({ timestamp: at + distance })
    const asked = signatures()(request(headers))
    if (allowed) expect(await asked).toBe('alice')
    else
      await expect(asked).rejects.toMatchObject(
        refusal(`Expected a timestamp within 300000 ms of ${at}, in milliseconds since 1970.`),
      )
  })

  test.each(['1800000000', 'now', '-1', '1.8e12', `${at}.5`, ` ${at} ${at}`, '9'.repeat(400), 'Infinity'])(
    'the time %j, whatever its signature',
    async (timestamp) => {
      const signature = createHmac('sha256', secret).update(`GET\n/api/uploads/%20x/\n${timestamp}`).digest('hex')
      const headers = { 'X-Signature-Key': 'a', 'X-Signature-Timestamp': timestamp, 'X-Signature': signature }
      await expect(signatures()(request(headers))).rejects.toMatchObject({
        message: expect.stringContaining('Expected a timestamp'),
      })
    },
  )
})

describe('a request that comes again', () => {
  test('is taken within the window', async () => {
    const authenticate = signatures()
    const headers = await sign()
    expect(await authenticate(request(headers))).toBe('alice')
    expect(await authenticate(request(headers))).toBe('alice')
  })

  test('is refused with `once`, another of the same key is not', async () => {
    const authenticate = signatures({ once: true })
    const headers = await sign()
    expect(await authenticate(request(headers))).toBe('alice')
    const again = refusal('This signature was used before.')
    await expect(authenticate(request(headers))).rejects.toMatchObject(again)
    const upper = { ...headers, 'X-Signature': headers['X-Signature'].toUpperCase() }
    await expect(authenticate(request(upper))).rejects.toMatchObject(again)
    expect(await authenticate(request(await sign({ timestamp: at + 1 })))).toBe('alice')
  })

  test('a wrong signature does not use up the right one', async () => {
    const authenticate = signatures({ once: true })
    const headers = await sign()
    await expect(authenticate(request({ ...headers, 'X-Signature': 'a'.repeat(64) }))).rejects.toMatchObject(invalid)
    expect(await authenticate(request(headers))).toBe('alice')
  })

  test('what was seen is kept for as long as it could come again, and no more than memory bears', async () => {
    let now = at
    const authenticate = signedQueryAuth(secrets, { once: true, now: () => now, remembered: 2 })
    const first = await sign({ timestamp: at + 300_000 })
    expect(await authenticate(request(first))).toBe('alice')
    now = at + 300_000
    expect(await authenticate(request(await sign({ timestamp: at + 1 })))).toBe('alice')
    await expect(authenticate(request(await sign({ timestamp: at + 2 })))).rejects.toMatchObject({
      code: 'too-many-requests',
      details: { retryAfter: 300 },
    })
    now = at + 300_002
    expect(await authenticate(request(await sign({ timestamp: at + 3 })))).toBe('alice')
    await expect(authenticate(request(first))).rejects.toMatchObject({ message: 'This signature was used before.' })
  })
})

test('a secret that can be guessed, and a wrong option, are refused at once', () => {
  expect(() => signedQueryAuth({ a: { owner: 'alice', secret: 'short' } })).toThrow(
    new TypeError('Cannot sign in by signature: expected 16 characters or more as the secret of "a"'),
  )
  expect(() => signedQueryAuth({}, { windowMs: -1 })).toThrow(
    new TypeError('Option windowMs: expected milliseconds above 0, got -1'),
  )
})

const as = async (who: string, method: string, url: string) => {
  const [key, secret] = { alice: ['a', secrets['a']?.secret], bob: ['b', secrets['b']?.secret] }[who] ?? [
    'a',
    'guessed',
  ]
  return { headers: await signRequest({ key: String(key), secret: String(secret), method, url }) }
}

describe('for everybody and everything', () => {
  authContract(() => ({ authenticate: signedQueryAuth(secrets), as }))

  withdrawalContract(() => {
    const known = new Map(Object.entries(secrets))
    return { authenticate: signedQueryAuth((key) => known.get(key)), as, withdraw: () => void known.delete('a') }
  })
})

describe('in the query', () => {
  authContract(() => ({
    authenticate: signedQueryAuth(secrets),
    async as(who, method, url) {
      const { headers } = await as(who, method, url)
      const [key = '', timestamp = '', signature = ''] = Object.values(headers)
      return { url: `${url}?${new URLSearchParams({ key, timestamp, signature }).toString()}` }
    },
  }))
})
