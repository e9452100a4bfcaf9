import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readMetadata, writeMetadata } from './metadata.ts'

const name = fc.stringMatching(/^[!-+\--~]{1,20}$/)
const text = fc.string({ unit: 'grapheme', maxLength: 60 })

test('reads what it wrote: unicode, quotes, line breaks and all (F46)', () => {
  fc.assert(
    fc.property(fc.dictionary(name, text, { maxKeys: 20 }), (metadata) => {
      expect({ ...readMetadata(writeMetadata(metadata)) }).toEqual({ ...metadata })
    }),
  )
})

test('what it reads it writes again, and nothing else throws anything but a SyntaxError', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.stringMatching(/^[a-c]{1,2}( [A-D]{4})?(, ?[a-c] [A-Za-z+/=]{4})*$/)),
      (header) => {
        try {
          const read = readMetadata(header)
          expect({ ...readMetadata(writeMetadata(read)) }).toEqual({ ...read })
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError)
        }
      },
    ),
  )
})

test('keys of the prototype are keys like any other (S24)', () => {
  const read = readMetadata('__proto__ eA==,constructor eQ==')
  expect(Object.keys(read)).toEqual(['__proto__', 'constructor'])
  expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  expect(Object.getPrototypeOf(read)).toBeNull()
})

test.each([
  'filename !!!!',
  'filename YQ',
  'filename YQ== x',
  ' ,',
  'a,a',
  'ä YQ==',
  'a /w==',
  'a\tYQ==',
  Array.from({ length: 65 }, (_, index) => `k${index}`).join(','),
  `a ${'YWFh'.repeat(3000)}`,
])('refuses %.40s', (header) => {
  expect(() => readMetadata(header)).toThrow(SyntaxError)
})

test('does not write a key that would break the header', () => {
  for (const key of ['', 'a b', 'a,b', 'ä', 'a\r\nb']) expect(() => writeMetadata({ [key]: '' })).toThrow(SyntaxError)
})

test('takes any bytes where it is told to, as tus does', () => {
  expect({ ...readMetadata('a /w==,filename YQ==', 'any') }).toEqual({ a: '\uFFFD', filename: 'a' })
  expect(() => readMetadata('a !', 'any')).toThrow(SyntaxError)
})
