import { expect, test } from 'vitest'
import { interopTable } from './interop-table.ts'

const columns = ['one', 'other']
const upload = { scenario: 'upload', column: 'one', passed: true }

test('says what passed, what failed, and why something was not played', () => {
  const played = [upload, { scenario: '413', column: 'one', passed: false }, { ...upload, column: 'other' }]
  const text = interopTable(columns, played, [{ scenario: '413', column: 'other', why: 'there is no proxy' }])
  expect(text.split('\n')).toEqual([
    '|        |    one |  other |',
    '| ------ | -----: | -----: |',
    '| upload | passed | passed |',
    '| 413    | FAILED |      1 |',
    '',
    '1. there is no proxy',
  ])
})

test('a cell of which nothing is known is an error', () => {
  expect(() => interopTable(columns, [upload], [])).toThrow('Nothing is known of "upload" with other')
})
