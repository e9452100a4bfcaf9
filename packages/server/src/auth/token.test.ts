import { describe, expect, test } from 'vitest'
import { authContract, withdrawalContract } from './contract.ts'
import { tokenAuth } from './token.ts'

const request = (authorization?: string) =>
  new Request('http://localhost/', authorization === undefined ? {} : { headers: { Authorization: authorization } })
const tokens = tokenAuth({ secret: 'alice' })

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
  ['Token secret1', 'Invalid token.'],
  ['Token secre', 'Invalid token.'],
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

const known = { 'token-a': 'alice', 'token-b': 'bob' }
const as = (who: string) => ({
  headers: { Authorization: `Token ${{ alice: 'token-a', bob: 'token-b' }[who] ?? 'token-c'}` },
})

describe('for everybody and everything', () => {
  authContract(() => ({ authenticate: tokenAuth(known), as }))

  withdrawalContract(() => {
    const tokens = new Map(Object.entries(known))
    return { authenticate: tokenAuth((token) => tokens.get(token)), as, withdraw: () => void tokens.delete('token-a') }
  })
})
