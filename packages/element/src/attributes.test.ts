import { tus } from '@chunkwise/client'
import { expect, test } from 'vitest'
import { mirrorOf, readAttribute, settings, type Settings } from './attributes.ts'

test('each setting has an attribute', () => {
  expect(settings.map(([, attribute]) => attribute)).toEqual([
    ...[
      'endpoint',
      'protocol',
      'headers',
      'credentials',
      'owner',
      'checksum',
      'chunk-size',
      'concurrency',
      'auto-start',
    ],
    ...['accept', 'min-size', 'max-size', 'max-files', 'multiple', 'name', 'required', 'disabled'],
  ])
})

const read: readonly (readonly [name: keyof Settings, text: string, value: unknown])[] = [
  ['maxSize', '5000', 5000],
  ['maxSize', ' 5 MB ', 5_000_000],
  ['maxSize', '1.5kB', 1500],
  ['maxSize', '2GiB', 2 * 1024 ** 3],
  ['maxSize', '0', 0],
  ['chunkSize', 'auto', 'auto'],
  ['chunkSize', '8MiB', 8 * 1024 ** 2],
  ['concurrency', '4', 4],
  ['autoStart', 'false', false],
  ['checksum', 'false', false],
  ['checksum', 'sha256', 'sha256'],
  ['protocol', 'tus', 'tus'],
  ['headers', '{"X-A":"1"}', { 'X-A': '1' }],
  ['credentials', 'include', 'include'],
]
for (const [name, text, value] of read) {
  test(`${name} "${text}" is read`, () => expect(readAttribute(name, text)).toEqual(value))
}

const wrong: readonly (readonly [name: keyof Settings, text: string])[] = [
  ['maxSize', '-1'],
  ['maxSize', '1.5'],
  ['maxSize', 'MB'],
  ['maxSize', '1e3'],
  ['maxSize', '9007199254740993'],
  ['concurrency', '0'],
  ['concurrency', '1.5'],
  ['autoStart', 'no'],
  ['checksum', 'crc32'],
  ['protocol', 'toString'],
  ['headers', 'X-A: 1'],
  ['headers', '["a"]'],
  ['headers', '{"X-A":1}'],
]
for (const [name, text] of wrong) {
  test(`${name} "${text}" is named as wrong, with what was expected`, () => {
    expect(() => readAttribute(name, text)).toThrow(TypeError)
    expect(() => readAttribute(name, text)).toThrow(/^Cannot read [a-z-]+=".*": expected \S/)
    expect(() => readAttribute(name, text)).toThrow(`"${text}"`)
  })
}

test('a property is mirrored by the text of its value, and held if it has none', () => {
  expect(mirrorOf('maxSize', 7)).toBe('7')
  expect(mirrorOf('maxSize', '7MB')).toBe('7MB')
  expect(mirrorOf('autoStart', false)).toBe('false')
  expect(mirrorOf('protocol', 'tus')).toBe('tus')
  expect(mirrorOf('protocol', tus())).toBeUndefined()
  expect(mirrorOf('headers', { 'X-A': '1' })).toBeUndefined()
  expect(mirrorOf('headers', () => ({}))).toBeUndefined()
})

test('a property that is wrong throws what was expected and what came', () => {
  expect(() => mirrorOf('concurrency', NaN)).toThrow(
    new TypeError('Cannot set concurrency: expected a whole number from 1, got null'),
  )
  expect(() => mirrorOf('endpoint', {})).toThrow('Cannot set endpoint: expected a text, got {}')
  expect(() => mirrorOf('protocol', { name: 'mine' })).toThrow('got {"name":"mine"}')
  expect(() => mirrorOf('owner', () => 'me')).toThrow('got function')
})
