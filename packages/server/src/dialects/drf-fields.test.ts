import { describe, expect, test } from 'vitest'
import { readCreationFields, readMetadata } from './drf-fields.ts'
import { drfTexts } from './drf-texts.ts'

const read = (fields: Record<string, string>, partName?: string) =>
  readCreationFields(
    new Map(Object.entries(fields)),
    drfTexts,
    partName === undefined ? undefined : { filename: partName, type: '' },
  )

describe('filename', () => {
  test.each(['a', '日'.repeat(255), '🎉'.repeat(255), '../../etc/passwd', '<img onerror=x>', 'a\tb\nc', '.'])(
    'F46 %j stays as it is',
    (filename) => {
      expect(read({ filename })).toEqual({ filename, errors: {} })
    },
  )

  test('is trimmed at both ends', () => {
    expect(read({ filename: ' \u3000a b \n' }).filename).toBe('a b')
    // As Python has it: a byte order mark is a character, separators and NEL are white space.
    expect(read({ filename: '\u0085\ufeffa\x1c\u2028' }).filename).toBe('\ufeffa')
  })

  test.each([
    [{}, ['This field is required.']],
    [{ filename: '  ' }, ['This field may not be blank.']],
    [{ filename: '🎉'.repeat(256) }, ['Ensure this field has no more than 255 characters.']],
    [{ filename: 'a\0' }, ['Null characters are not allowed.']],
    [
      { filename: `${'n'.repeat(255)}\0` },
      ['Ensure this field has no more than 255 characters.', 'Null characters are not allowed.'],
    ],
  ])('%j is refused', (fields: Record<string, string>, errors) => {
    expect(read(fields)).toEqual({ filename: '', errors: { filename: errors } })
  })

  test('of the part counts only where there is no field', () => {
    expect(read({}, 'part.txt').filename).toBe('part.txt')
    expect(read({ filename: 'field.txt' }, 'part.txt').filename).toBe('field.txt')
    expect(read({ filename: '' }, 'part.txt').errors).toEqual({ filename: ['This field may not be blank.'] })
  })
})

test.each([
  ['5', true],
  [' -7 ', true],
  ['7.0', true],
  ['+1_000.', true],
  ['', true],
  [' ', false],
  ['x', false],
  ['7.5', false],
  ['0x10', false],
  ['1__0', false],
  ['+-1', false],
])('offset %j is a number: %s', (offset, fine) => {
  expect('offset' in read({ filename: 'a', offset }).errors).toBe(!fine)
})

test.each([
  ['9223372036854775807', undefined],
  ['9223372036854775808', ['Ensure this value is less than or equal to 9223372036854775807.']],
  ['-9223372036854775808', undefined],
  ['-9223372036854775809', ['Ensure this value is greater than or equal to -9223372036854775808.']],
])('offset %j is of 64 bits', (offset, errors) => {
  expect(read({ filename: 'a', offset }).errors['offset']).toEqual(errors)
})

test('an offset of more than 1000 characters is not read', () => {
  expect(read({ filename: 'a', offset: '0'.repeat(1000) }).errors).toEqual({})
  expect(read({ filename: 'a', offset: '0'.repeat(1001) }).errors['offset']).toEqual(['String value too large.'])
})

test('S24 a field with the name of a prototype is a field like any other', () => {
  const metadata = readMetadata(
    new Map([
      ['__proto__', 'x'],
      ['filename', 'a'],
      ['constructor', 'y'],
    ]),
    new Set(['filename']),
  )
  expect(Object.entries(metadata)).toEqual([
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ])
  expect(({} as Record<string, unknown>)['x']).toBeUndefined()
})
