import { expect, test } from 'vitest'
import { anyOf } from './auth.ts'
import { apiKeyAuth } from './auth/api-key.ts'
import { basicAuth } from './auth/basic.ts'
import { tokenAuth } from './auth/token.ts'

const request = (headers: Record<string, string> = {}) => new Request('http://localhost/', { headers })
const either = anyOf(tokenAuth({ secret: 'alice' }), basicAuth({ bob: 'p' }), apiKeyAuth({ key: 'carol' }))

test('each way is asked', async () => {
  expect(await either(request({ Authorization: 'Token secret' }))).toBe('alice')
  expect(await either(request({ Authorization: `Basic ${btoa('bob:p')}` }))).toBe('bob')
  expect(await either(request({ 'X-API-Key': 'key' }))).toBe('carol')
  expect(await either(request())).toBeUndefined()
})

test('credentials that one of them refuses are not tried elsewhere', async () => {
  const both = request({ Authorization: 'Token wrong', 'X-API-Key': 'key' })
  await expect(either(both)).rejects.toMatchObject({ message: 'Invalid token.' })
})

test("the first one's challenge is told, and the headers of all", () => {
  expect(either.challenge).toBe('Token')
  expect(either.headers).toEqual(['authorization', 'x-api-key'])
  expect(anyOf(() => undefined)).not.toHaveProperty('challenge')
})

test("the first one's challenge is told when another refuses", async () => {
  const refused = { message: 'Invalid username/password.', details: { challenge: 'Token' } }
  await expect(either(request({ Authorization: `Basic ${btoa('bob:no')}` }))).rejects.toMatchObject(refused)
})
