import { describe, expect, test } from 'vitest'
import { basicAuth } from './basic.ts'
import { authContract, withdrawalContract } from './contract.ts'

const encoded = (text: string) => Buffer.from(text).toString('base64')
const request = (authorization: string) =>
  new Request('http://localhost/', { headers: { Authorization: authorization } })
const record = { alice: 'p:w', bob: 'other', käthe: 'größe' }

describe.each([
  ['given', basicAuth(record)],
  [
    'looked up',
    basicAuth((user, password) => (new Map(Object.entries(record)).get(user) === password ? user : undefined)),
  ],
])('%s', (_name, passwords) => {
  test('right ones name the owner', async () => {
    expect(await passwords(request(`Basic ${encoded('alice:p:w')}`))).toBe('alice')
    expect(await passwords(request(`basic ${encoded('käthe:größe')}`))).toBe('käthe')
    expect(await passwords(request('Token x'))).toBeUndefined()
  })

  test.each([
    `Basic ${encoded('alice:no')}`,
    `Basic ${encoded('alice:p:ww')}`,
    `Basic ${encoded('alice:p:')}`,
    `Basic ${encoded('alice:')}`,
    `Basic ${encoded('alice:other')}`,
    `Basic ${encoded('alice')}`,
    `Basic ${encoded('carol:p:w')}`,
    `Basic ${encoded('carol:')}`,
    `Basic ${encoded('__proto__:')}`,
    'Basic !!!',
    'Basic /w==',
  ])('%j is refused', async (header) => {
    await expect(async () => passwords(request(header))).rejects.toMatchObject({
      code: 'unauthorized',
      message: 'Invalid username/password.',
      details: { challenge: 'Basic realm="api"' },
    })
  })

  test.each([
    ['Basic', 'No credentials provided.'],
    [`Basic ${encoded('alice:p:w')} x`, 'Credentials string should not contain spaces.'],
  ])('%j is told to be wrong', async (header, text) => {
    await expect(async () => passwords(request(header))).rejects.toMatchObject({
      code: 'unauthorized',
      message: `Invalid basic header. ${text}`,
      details: { challenge: 'Basic realm="api"' },
    })
  })
})

test('a user name that cannot be sent is refused at once', () => {
  expect(() => basicAuth({ 'a:b': 'c' })).toThrow(
    new TypeError('Cannot sign in by password: expected a user name without ":", got "a:b"'),
  )
})

const as = (who: string) => ({
  headers: { Authorization: `Basic ${encoded({ alice: 'alice:p:w', bob: 'bob:other' }[who] ?? 'alice:other')}` },
})

describe('for everybody and everything', () => {
  authContract(() => ({ authenticate: basicAuth(record), as }))

  withdrawalContract(() => {
    const known = new Map(Object.entries(record))
    const authenticate = basicAuth((user, password) => (known.get(user) === password ? user : undefined))
    return { authenticate, as, withdraw: () => void known.delete('alice') }
  })
})
