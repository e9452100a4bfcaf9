import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  readFlag,
  readIetfProblem,
  readInteger,
  readUploadLimit,
  writeFlag,
  writeIetfProblem,
  writeUploadLimit,
  type UploadLimit,
} from './ietf.ts'

test('Upload-Complete is a Boolean; anything else is as good as absent', () => {
  expect([readFlag(writeFlag(true)), readFlag(writeFlag(false)), readFlag('?1;x=1')]).toEqual([true, false, true])
  expect(['1', 'true', '?2', '?1, ?1', '', null, undefined].map(readFlag)).toEqual(Array(7).fill(undefined))
})

test('Upload-Offset and Upload-Length are Integers from 0', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999_999_999_999 }), (count) => {
      expect(readInteger(`${count}`)).toBe(count)
    }),
  )
  expect(['-1', '1.0', '"1"', '1, 2', '1234567890123456', '', null].map(readInteger)).toEqual(Array(7).fill(undefined))
})

describe('Upload-Limit', () => {
  const count = fc.integer({ min: 0, max: 999_999_999_999_999 })
  const limit: fc.Arbitrary<UploadLimit> = fc.record(
    { maxSize: count, minSize: count, maxAppendSize: count, minAppendSize: count, maxAge: count },
    { requiredKeys: [] },
  )

  test('reads what it wrote; without limits it says so', () => {
    fc.assert(
      fc.property(limit, (value) => {
        const none = Object.keys(value).length === 0
        expect(readUploadLimit(writeUploadLimit(value))).toEqual(none ? { minSize: 0 } : value)
      }),
    )
  })

  test('an unknown key is passed over, a known one of another type voids all', () => {
    expect(readUploadLimit('max-size=5, colour=blue, list=(1 2)')).toEqual({ maxSize: 5 })
    for (const text of ['max-size=5, max-age=1.5', 'max-size', 'max-size="5"', 'min-size=-1', 'max-size=5,', '', null])
      expect(readUploadLimit(text)).toBeUndefined()
  })
})

describe('problems', () => {
  test('are read as they were written', () => {
    const mismatch = { kind: 'mismatching-upload-offset', expected: 10, provided: 0 } as const
    expect(writeIetfProblem(mismatch, 'Offsets do not match', 409)).toEqual({
      type: 'https://iana.org/assignments/http-problem-types#mismatching-upload-offset',
      title: 'Offsets do not match',
      status: 409,
      'expected-offset': 10,
      'provided-offset': 0,
    })
    for (const problem of [mismatch, { kind: 'inconsistent-upload-length' }, { kind: 'completed-upload' }] as const)
      expect(readIetfProblem(JSON.parse(JSON.stringify(writeIetfProblem(problem, 't', 400))))).toEqual(problem)
  })

  test('members that are no offsets are left out; other problems are none of these', () => {
    const type = 'https://example.com/problems#mismatching-upload-offset'
    expect(readIetfProblem({ type, 'expected-offset': -1, 'provided-offset': '5' })).toEqual({
      kind: 'mismatching-upload-offset',
    })
    for (const body of [null, 'x', [], {}, { type: 5 }, { type: 'about:blank' }])
      expect(readIetfProblem(body)).toBeUndefined()
  })
})
