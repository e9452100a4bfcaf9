import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readDigests, readWants, writeDigests, writeWants } from './digest-fields.ts'

const algorithm = fc.constantFrom('md5', 'sha', 'sha-256', 'sha-512')
const hex = fc.stringMatching(/^(?:[0-9a-f]{2}){1,64}$/)

test('reads the digests that it wrote', () => {
  fc.assert(
    fc.property(fc.dictionary(algorithm, hex), (digests) => {
      expect(readDigests(writeDigests(digests))).toEqual({ ...digests })
    }),
  )
})

test('what is no digest is left out, what is malformed is none', () => {
  expect(readDigests('md5=:aGk=:, sha-256=1, sha-512=:not base64:')).toEqual({})
  expect(readDigests('md5=:aGk=:, sha-256=1')).toEqual({ md5: '6869' })
  expect(readDigests('md5=:aGk:')).toEqual({})
  expect([readDigests(null), readDigests('md5'), readDigests('md5=aGk=')]).toEqual([{}, {}, {}])
})

test('wishes come in their order, without what is not wanted', () => {
  expect(readWants('sha-256=3, sha-512=10, md5=0, sha=11, unixsum=x')).toEqual(['sha-512', 'sha-256'])
  fc.assert(
    fc.property(fc.uniqueArray(algorithm), (algorithms) => {
      expect(readWants(writeWants(algorithms))).toEqual(algorithms)
    }),
  )
  expect(readWants('???')).toEqual([])
})
