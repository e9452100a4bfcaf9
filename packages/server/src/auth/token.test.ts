import { describe, expect, test } from 'vitest'
import { anyOf } from '../auth.ts'
import { basicAuth } from './basic.ts'
import { tokenAuth } from './token.ts'

const request = (authorization?: string) =>
  new Request('http://localhost/', authorization === undefined ? {} : { headers: { Authorization: authorization } })
const encoded = (text: string) => Buffer.from(text).toString('base64')
const tokens = tokenAuth({ secret: 'alice' })
const passwords = basicAuth((user, password) => (user === 'alice' && password === 'p:w' ? 'alice' : undefined))

describe('tokens', () => {
  test.each([
    ['Token secret', 'alice'],
    ['token secret', 'alice'],
    ['Bearer secret', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j is %j', async (header, owner) => {
    expect(await tokens(request(header))).toBe(owner)
  })

  test.each([
    ['Token wrong', 'Invalid token.'],
    ['Token __proto__', 'Invalid token.'],
    ['Token constructor', 'Invalid token.'],
    ['Token', 'Invalid token header. No credentials provided.'],
    ['Token a b', 'Invalid token header. Token string should not contain spaces.'],
  ])('%j is refused: %s', async (header, message) => {
    await expect(async () => tokens(request(header))).rejects.toMatchObject({
      code: 'unauthorized',
      message,
      details: { challenge: 'Token' },
    })
  })

  test('can be looked up, and under another scheme', async () => {
    const looked = tokenAuth(async (token) => (token === 'x' ? 'bob' : undefined), 'Bearer')
    expect(await looked(request('Bearer x'))).toBe('bob')
    expect(looked.challenge).toBe('Bearer')
  })
})

describe('passwords', () => {
  test('right ones name the owner', async () => {
    expect(await passwords(request(`Basic ${encoded('alice:p:w')}`))).toBe('alice')
    expect(await passwords(request('Token x'))).toBeUndefined()
  })

  test.each([`Basic ${encoded('alice:no')}`, `Basic ${encoded('alice')}`, 'Basic !!!', 'Basic', 'Basic /w=='])(
    '%j is refused',
    async (header) => {
      await expect(async () => passwords(request(header))).rejects.toMatchObject({
        code: 'unauthorized',
        details: { challenge: 'Basic realm="api"' },
      })
    },
  )
})

describe('several ways', () => {
  const either = anyOf(tokens, passwords)

  test('each is asked', async () => {
    expect(await either(request('Token secret'))).toBe('alice')
    expect(await either(request(`Basic ${encoded('alice:p:w')}`))).toBe('alice')
    expect(await either(request())).toBeUndefined()
  })

  test("the first one's challenge is told", () => {
    expect(either.challenge).toBe('Token')
    expect(anyOf(() => undefined).challenge).toBeUndefined()
  })
})
