import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { drfFilename, readDrfProblem, readDrfUpload } from './drf.ts'
import { drfMismatch, drfUpload } from './drf-schema.ts'

const upload = {
  id: '241aabc8-efc3-4507-99f0-5d5b1a017fa9',
  url: 'http://testserver/api/uploads/241aabc8-efc3-4507-99f0-5d5b1a017fa9/',
  file: 'http://testserver/media/241aabc8-efc3-4507-99f0-5d5b1a017fa9.part',
  filename: 'report.bin',
  offset: 10,
  created_at: '2026-11-20T23:34:02.535356Z',
  status: 1,
  completed_at: null,
  user: 1,
}

describe('the upload object', () => {
  test('is read from a full answer and from the four keys of the fork', () => {
    expect(drfUpload.parse(upload)).toMatchObject({ offset: 10, status: 1 })
    expect(drfUpload.parse({ id: 'x', file: null, offset: 0, expires_at: '2026' })).toMatchObject({ offset: 0 })
  })

  test.each([Number.NaN, -1, 1.5, '10', null, undefined, 2 ** 53, '0x10', '1e3'])('refuses the offset %j', (offset) => {
    expect(drfUpload.safeParse({ ...upload, offset }).success).toBe(false)
  })

  test.each([0, 3, '1', true])('refuses the status %j', (status) => {
    expect(drfUpload.safeParse({ ...upload, status }).success).toBe(false)
  })

  test('the guard reads exactly what the schema accepts, and nothing without a safe offset', () => {
    const odd = fc.oneof(
      fc.constantFrom(0, 1, 2, 3, 10, -1, 1.5, 2 ** 53, '', 'x', '1', null, undefined, true),
      fc.anything(),
    )
    const keys = { id: odd, url: odd, offset: odd, status: odd, file: odd }
    fc.assert(
      fc.property(fc.oneof(fc.record(keys, { requiredKeys: [] }), fc.anything()), (value) => {
        const { success, data } = drfUpload.safeParse(value)
        const read = attempt(() => readDrfUpload(value))
        expect(read !== undefined).toBe(success)
        if (read) expect(read).toEqual({ ...read, ...data })
        if (read) expect(Number.isSafeInteger(read.offset) && read.offset >= 0).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})

function attempt<Value>(work: () => Value): Value | undefined {
  try {
    return work()
  } catch (error) {
    expect(error).toBeInstanceOf(SyntaxError)
    return undefined
  }
}

describe('an error answer', () => {
  test.each([
    [{ detail: 'Upload has expired' }, { text: 'Upload has expired', fields: [] }],
    [
      { detail: { filename: ['This field is required.'] } },
      { text: 'filename: This field is required.', fields: ['filename'] },
    ],
    [{ file: ['Too grey.', 'Too loud.'] }, { text: 'file: Too grey.; Too loud.', fields: ['file'] }],
    [[['owner_type', ['Not allowed.']]], { text: 'owner_type; Not allowed.', fields: [] }],
    [
      { detail: 'Offsets do not match', expected_offset: 10, provided_offset: 0 },
      { text: 'Offsets do not match', fields: [], expectedOffset: 10 },
    ],
    [
      { detail: 'Offsets do not match', offset: 7 },
      { text: 'Offsets do not match', fields: [], expectedOffset: 7 },
    ],
    [
      { detail: 'Offsets do not match', expected_offset: '10' },
      { text: 'Offsets do not match; expected_offset: 10', fields: ['expected_offset'] },
    ],
    [undefined, { text: '', fields: [] }],
  ])('%j', (body, expected) => {
    expect(readDrfProblem(body)).toEqual(expected)
  })

  test('of any shape is survived', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        const { text, expectedOffset } = readDrfProblem(body)
        expect(typeof text).toBe('string')
        expect(expectedOffset !== undefined).toBe(drfMismatch.safeParse(body).success)
      }),
    )
  })
})

describe('a file name', () => {
  test.each([
    ['report.bin', 'report.bin'],
    ['  a b ', 'a b'],
    ['', 'file'],
    ['\0\0', 'file'],
    ['../../x\0.php', '../../x.php'],
    ['👩‍🚀'.repeat(100), [...'👩‍🚀'.repeat(100)].slice(0, 255).join('')],
  ])('%j is sent as %j', (name, sent) => {
    expect(drfFilename(name)).toBe(sent)
  })

  test('is always taken, and a good one is not changed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (name) => {
        const sent = drfFilename(name)
        expect([...sent].length).toBeGreaterThan(0)
        expect([...sent].length).toBeLessThanOrEqual(255)
        expect(sent).not.toContain('\0')
        expect(drfFilename(sent)).toBe(sent)
      }),
    )
  })
})
