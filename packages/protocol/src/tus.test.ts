import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  readCount,
  readDeferLength,
  readTusList,
  readUploadChecksum,
  readUploadConcat,
  readUploadExpires,
  writeUploadChecksum,
  writeUploadConcat,
  writeUploadExpires,
} from './tus.ts'

const hex = fc.stringMatching(/^(?:[0-9a-f]{2}){1,64}$/)

/** Whatever the text, a reader reads or throws a SyntaxError. */
const onlySyntaxErrors = (read: (text: string) => unknown): void => {
  const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.stringMatching(/^(final;|sha1 |\d)[ -~]*$/))
  fc.assert(
    fc.property(text, (header) => {
      try {
        read(header)
      } catch (error) {
        expect(error).toBeInstanceOf(SyntaxError)
      }
    }),
  )
}

describe('numbers of bytes', () => {
  test('every safe integer is read', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (count) => {
        expect(readCount('Upload-Offset', `${count}`)).toBe(count)
      }),
    )
  })

  test.each([
    null,
    undefined,
    '',
    '-1',
    '+1',
    '1.0',
    '1e3',
    '0x1',
    ' 1',
    '1 ',
    '1, 1',
    '９',
    `${2 ** 53}`,
    '9'.repeat(400),
  ])('%j is refused by name', (text) => {
    expect(() => readCount('Upload-Length', text)).toThrow(/^Cannot read Upload-Length: expected a number of bytes/)
  })

  test('anything else is a SyntaxError', () => onlySyntaxErrors((text) => readCount('Upload-Offset', text)))
})

test('Upload-Defer-Length is 1, or not there', () => {
  expect([readDeferLength('1'), readDeferLength(null), readDeferLength(undefined)]).toEqual([true, false, false])
  for (const text of ['', '0', '2', 'true', '1 ']) expect(() => readDeferLength(text)).toThrow(SyntaxError)
})

describe('Upload-Checksum', () => {
  test('reads what it wrote', () => {
    fc.assert(
      fc.property(fc.constantFrom('md5', 'sha1', 'sha256', 'crc-32c'), hex, (algorithm, value) => {
        expect(readUploadChecksum(writeUploadChecksum({ algorithm, value }))).toEqual({ algorithm, value })
      }),
    )
  })

  test('reads the example of the text', () => {
    expect(readUploadChecksum('sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=')).toEqual({
      algorithm: 'sha1',
      value: '2aae6c35c94fcfb415dbe95f408b9ce91ee846ed',
    })
  })

  test.each([
    '',
    'sha1',
    'sha1 ',
    ' YQ==',
    'SHA1 YQ==',
    'sha1  YQ==',
    'sha1 YQ',
    'sha1 YQ== ',
    'sha1 YQ==,md5 YQ==',
    'sha1 !',
  ])('%j is refused', (text) => {
    expect(() => readUploadChecksum(text)).toThrow(SyntaxError)
  })

  test('anything else is a SyntaxError', () => onlySyntaxErrors(readUploadChecksum))
})

describe('Upload-Concat', () => {
  test('reads what it wrote', () => {
    const url = fc.oneof(
      fc.webUrl(),
      fc.webPath().map((path) => `/x${path}`),
    )
    fc.assert(
      fc.property(fc.array(url, { minLength: 1 }), (urls) => {
        expect(readUploadConcat(writeUploadConcat({ kind: 'final', urls }))).toEqual({ kind: 'final', urls })
      }),
    )
    expect(readUploadConcat(writeUploadConcat({ kind: 'partial' }))).toEqual({ kind: 'partial' })
  })

  test('a space before the first address is let pass', () => {
    expect(readUploadConcat('final; /a  /b ')).toEqual({ kind: 'final', urls: ['/a', '/b'] })
  })

  test.each(['', 'final', 'final;', 'final; ', 'Partial', 'partial;', 'partial /a', 'final /a', 'other;/a'])(
    '%j is refused',
    (text) => {
      expect(() => readUploadConcat(text)).toThrow(SyntaxError)
    },
  )

  test('an address that would be two is not written', () => {
    for (const urls of [[], [''], ['/a b'], ['/a\r\nX: y']])
      expect(() => writeUploadConcat({ kind: 'final', urls })).toThrow(SyntaxError)
  })

  test('anything else is a SyntaxError', () => onlySyntaxErrors(readUploadConcat))
})

describe('Upload-Expires', () => {
  test('reads what it wrote, to the second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), (seconds) => {
        expect(readUploadExpires(writeUploadExpires(seconds * 1000 + 999))).toBe(seconds * 1000)
      }),
    )
  })

  test.each([
    '',
    'tomorrow',
    '2014-06-25T16:00:00Z',
    'Wednesday, 25-Jun-14 16:00:00 GMT',
    'Thu, 25 Jun 2014 16:00:00 GMT',
  ])('%j is refused', (text) => {
    expect(() => readUploadExpires(text)).toThrow(SyntaxError)
  })
})

test('lists are read whatever their spaces; none is empty', () => {
  expect(readTusList(' creation ,checksum,,termination')).toEqual(['creation', 'checksum', 'termination'])
  expect([readTusList(''), readTusList(null), readTusList(undefined)]).toEqual([[], [], []])
})
