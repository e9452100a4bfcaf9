import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { UploadRecord } from '../types.ts'
import { isOfLaterRelease, isRecord } from './record.ts'

const record: UploadRecord = {
  version: 1,
  ...{
    key: 'k',
    endpoint: 'https://example.com/',
    protocol: 'drf-chunked-upload',
    owner: '',
    name: 'a',
    type: '',
    size: 9,
  },
  ...{
    lastModified: 5,
    metadata: { a: 'b' },
    fingerprint: 'f',
    samples: ['1'],
    session: { url: 'u', more: [1, null, { a: true }] },
  },
  ...{ offset: 3, restarts: 0, poisoned: false, unanswered: 'chunk', paused: false, resumability: 'copy' },
  hash: { engine: 'wasm', algorithm: 'md5', position: 3, state: 'AA==' },
  ...{ createdAt: 1, updatedAt: 2 },
}

test('a record is one, with and without what may be missing', () => {
  expect(isRecord(record)).toBe(true)
  const { samples: _, session: __, poisoned: ___, unanswered: ____, hash: _____, ...least } = record
  expect(isRecord(least)).toBe(true)
})

test('every field is looked at (F75)', () => {
  for (const key of Object.keys(record))
    expect([key, isRecord({ ...record, [key]: Symbol('odd') })]).toEqual([key, false])
})

test.each([
  { version: 2 },
  { size: -1 },
  { offset: 1.5 },
  { offset: 2 ** 53 },
  { lastModified: Number.NaN },
  { metadata: { a: 1 } },
  { samples: [1] },
  { session: 'u' },
  { unanswered: 'all' },
  { resumability: 'magic' },
  { hash: 'AA==' },
])('%j is refused', (change) => expect(isRecord({ ...record, ...change })).toBe(false))

test('anything else is survived', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      expect(isRecord(value)).toBe(false)
    }),
  )
})

test('a later release is told apart from a fault', () => {
  expect(isOfLaterRelease({ version: 2 })).toBe(true)
  for (const other of [record, { version: '2' }, { version: 0 }, undefined, null, [], 5])
    expect(isOfLaterRelease(other)).toBe(false)
})
