import fc from 'fast-check'
import { expect, test } from 'vitest'
import { asCount, readDictionary, readItem } from './structured.ts'

test.each([
  ['?1', '?1'],
  [' ?0 ', '?0'],
  ['12;a=1; b;c="x;y"', '12'],
  ['-0.5', '-0.5'],
  ['tok/en:*', 'tok/en:*'],
  [':aGk=:', ':aGk=:'],
  ['@1659578233', '@1659578233'],
  ['"a \\" b"', '"a \\" b"'],
  ['%"f%c3%bc"', '%"f%c3%bc"'],
])('the item %j is %j', (text, item) => {
  expect(readItem(text)).toBe(item)
})

test.each([
  '',
  '?2',
  '?1, ?0',
  '1 2',
  '"open',
  '1;A=1',
  '1;',
  '=1',
  '1234567890123456',
  '1.',
  'ü',
  '"\u007f"',
  null,
  undefined,
])('%j is no item', (text) => {
  expect(readItem(text)).toBeUndefined()
})

test.each([
  ['a=1, b=2', { a: '1', b: '2' }],
  ['a=1\t,\tb', { a: '1', b: '?1' }],
  ['a=1, a=2', { a: '2' }],
  ['a;x=1, b=?0;y', { a: '?1', b: '?0' }],
  ['l=(1 "a b";p 2);q=1, c=3', { l: '(1 "a b";p 2)', c: '3' }],
  ['l=()', { l: '()' }],
  ['', {}],
])('the dictionary %j is %j', (text, members) => {
  expect(Object.fromEntries(readDictionary(text) ?? [['none', '']])).toEqual(members)
})

test.each(['a=1,', ',a=1', 'A=1', 'a=', 'a=1 b=2', 'a=(1', 'a==1', 'a=1;;b'])('%j is no dictionary', (text) => {
  expect(readDictionary(text)).toBeUndefined()
})

test('no text throws or takes long', () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[a=1;, ()?:"]*$/, { maxLength: 2000 }))
  fc.assert(
    fc.property(text, (header) => {
      readItem(header)
      readDictionary(header)
    }),
  )
  expect(readDictionary(`a=(${'1 '.repeat(50_000)}`)).toBeUndefined()
  expect(readItem(`1${';a'.repeat(50_000)}!`)).toBeUndefined()
})

test('a count is a whole number from 0', () => {
  expect(['0', '007', '999999999999999', '-1', '1.0', '?1', undefined].map(asCount)).toEqual([
    0,
    7,
    999_999_999_999_999,
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})
