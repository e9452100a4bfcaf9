import { expect, test } from 'vitest'
import { digits, inMiB, table } from './table.ts'

test('a table is padded, its numbers stand to the right', () => {
  expect(
    table(
      ['', 'MB/s'],
      [
        ['ours', '7'],
        ['theirs', '12345'],
      ],
    ),
  ).toBe(`|        |  MB/s |
| ------ | ----: |
| ours   |     7 |
| theirs | 12345 |`)
})

test('numbers are rounded', () => {
  expect([digits(1.26, 1), digits(99.5), inMiB(1_572_864)]).toEqual(['1.3', '100', '1.5'])
})
