import { expect, test } from 'vitest'
import { differences, namesInTables } from './tables.ts'

const prose = [
  '# Page',
  '| `before` | |',
  '## Codes',
  '| `code` | cause |',
  '| ---- | ----- |',
  '| `one` | `not this` |',
  '| `two`, `three` | a \\| b |',
  '### More',
  '| `four` | |',
  '## Others',
  '| `five` | |',
]

test('the first cells of a section are read, with those of the sections in it', () => {
  expect(namesInTables(prose, '## Codes')).toEqual(['one', 'two', 'three', 'four'])
})

test('without a heading the whole page is read', () => {
  expect(namesInTables(prose)).toEqual(['before', 'one', 'two', 'three', 'four', 'five'])
})

test('a heading that is not there is an error, not an empty table', () => {
  expect(() => namesInTables(prose, '## Gone')).toThrow('There is no heading "## Gone"')
})

test('what has no row, no reality or two rows is told', () => {
  expect(differences(['one', 'two', 'two'], ['two', 'three'])).toEqual([
    '"three" has no row',
    '"one" has a row, and does not exist',
    '"two" has two rows',
  ])
  expect(differences(['one'], ['one'])).toEqual([])
})
