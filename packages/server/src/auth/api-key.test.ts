import { describe, expect, test } from 'vitest'
import { apiKeyAuth } from './api-key.ts'
import { authContract, withdrawalContract } from './contract.ts'

const known = { 'key-a': 'alice', 'key-b': 'bob' }
const request = (headers: Record<string, string>, query = '') => new Request(`http://localhost/${query}`, { headers })
const refused = { code: 'unauthorized', message: 'Invalid API key.', details: { challenge: 'Api-Key' } }

test('a key names its owner, and no key is nobody in particular', async () => {
  const keys = apiKeyAuth(known)
  expect(await keys(request({ 'X-API-Key': 'key-a' }))).toBe('alice')
  expect(await keys(request({}))).toBeUndefined()
  expect(await keys(request({ Authorization: 'Token key-a' }))).toBeUndefined()
  expect(await keys(request({}, '?api_key=key-a'))).toBeUndefined()
})

test.each(['', 'key-c', 'key-', 'key-aa', 'KEY-A', 'key-a, key-b', 'constructor', '__proto__'])(
  '%j is refused',
  async (key) => {
    await expect(apiKeyAuth(known)(request({ 'X-API-Key': key }))).rejects.toMatchObject(refused)
  },
)

test('another header, and the user beside it, as django-chunked-uploads has them', async () => {
  const keys = apiKeyAuth(known, { header: 'api_key', userHeader: 'username' })
  expect(await keys(request({ api_key: 'key-a', username: 'alice' }))).toBe('alice')
  await expect(keys(request({ api_key: 'key-a', username: 'bob' }))).rejects.toMatchObject(refused)
  await expect(keys(request({ api_key: 'key-a' }))).rejects.toMatchObject(refused)
  await expect(keys(request({ api_key: 'key-c', username: 'alice' }))).rejects.toMatchObject(refused)
  expect(keys.headers).toEqual(['api_key', 'username'])
})

test('in the query only where that was asked for', async () => {
  const keys = apiKeyAuth(known, { parameter: 'api_key' })
  expect(await keys(request({}, '?page=2&api_key=key-b'))).toBe('bob')
  await expect(keys(request({}, '?api_key='))).rejects.toMatchObject(refused)
  await expect(keys(request({ 'X-API-Key': 'key-c' }, '?api_key=key-b'))).rejects.toMatchObject(refused)
})

test.each([{ header: 'X API Key' }, { header: '' }, { userHeader: 'user:name' }])('%j is no header', (options) => {
  const value = JSON.stringify(Object.values(options)[0])
  expect(() => apiKeyAuth(known, options)).toThrow(
    new TypeError(`Cannot sign in by key: expected the name of a header, got ${value}`),
  )
})

const as = (who: string) => ({ headers: { 'X-API-Key': { alice: 'key-a', bob: 'key-b' }[who] ?? 'key-c' } })

describe('for everybody and everything', () => {
  authContract(() => ({ authenticate: apiKeyAuth(known), as }))

  withdrawalContract(() => {
    const keys = new Map(Object.entries(known))
    return { authenticate: apiKeyAuth((key) => keys.get(key)), as, withdraw: () => void keys.delete('key-a') }
  })
})

describe('in the query', () => {
  authContract(() => ({
    authenticate: apiKeyAuth(known, { parameter: 'key' }),
    as: (who, _method, url) => ({ url: `${url}?key=${as(who).headers['X-API-Key']}` }),
  }))
})
