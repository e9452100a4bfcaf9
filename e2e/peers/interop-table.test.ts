import { expect, test } from 'vitest'
import { interopTable } from './interop-table.ts'

const columns = ['one', 'other']
const upload = { scenario: 'upload', column: 'one', passed: true }

test('says what passed, what failed, and why something was not played', () => {
  const played = [upload, { scenario: '413', column: 'one', passed: false }, { ...upload, column: 'other' }]
  const text = interopTable(columns, played, [{ scenario: '413', column: 'other', text: 'there is no proxy' }])
  expect(text.split('\n')).toEqual([
    '|        |    one |  other |',
    '| ------ | -----: | -----: |',
    '| upload | passed | passed |',
    '| 413    | FAILED |      1 |',
    '',
    '1. there is no proxy',
  ])
})

test('says what is to be known of something that was played', () => {
  const remark = { scenario: 'upload', column: 'one', text: 'says so twice' }
  expect(interopTable(['one'], [upload], [], [remark])).toContain('| upload | passed (1) |')
  expect(interopTable(['one'], [upload], [], [remark])).toContain('1. says so twice')
})

test('a cell of which nothing is known is an error', () => {
  expect(() => interopTable(columns, [upload], [])).toThrow('Nothing is known of "upload" with other')
})
