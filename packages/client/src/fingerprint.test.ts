import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fingerprintOf } from './fingerprint.ts'

const facts = { name: 'a.bin', type: 'text/plain', size: 5, lastModified: 1_700_000_000_000 }

test('a fingerprint is the same for the same facts and differs with each of them', () => {
  const one = fingerprintOf(facts, { endpoint: 'https://a.test/', owner: 'me' })
  expect(fingerprintOf({ ...facts }, { endpoint: 'https://a.test/', owner: 'me' })).toBe(one)
  const others = [
    fingerprintOf({ ...facts, name: 'b.bin' }, { endpoint: 'https://a.test/', owner: 'me' }),
    fingerprintOf({ ...facts, type: '' }, { endpoint: 'https://a.test/', owner: 'me' }),
    fingerprintOf({ ...facts, size: 6 }, { endpoint: 'https://a.test/', owner: 'me' }),
    fingerprintOf({ ...facts, lastModified: 1 }, { endpoint: 'https://a.test/', owner: 'me' }),
    fingerprintOf(facts, { endpoint: 'https://b.test/', owner: 'me' }),
    fingerprintOf(facts, { endpoint: 'https://a.test/', owner: '' }),
    fingerprintOf(facts, { endpoint: 'https://a.test/m', owner: 'e' }),
  ]
  expect(new Set([one, ...others]).size).toBe(8)
})

test('F46 any name has a fingerprint, and no two have the same', () => {
  const name = fc.string({ unit: 'binary', minLength: 1 })
  fc.assert(
    fc.property(name, name, (one, other) => {
      const prints = [one, other].map((each) => fingerprintOf({ ...facts, name: each }, { endpoint: '', owner: '' }))
      expect(prints[0] === prints[1]).toBe(one === other)
    }),
  )
})
