import { describe, expect, test } from 'vitest'
import type { TestResult } from '../counts.ts'
import { chapters, type Row } from './rows.ts'
import { holds, numbersIn, prove, reliabilityDocument } from './table.ts'

const row: Row = { number: 'F02', priority: 0, what: 'An answer is lost' }
const result = (title: string, passed = true, file = 'a.test.ts'): TestResult => ({ file, title, passed })
const ran = (...results: TestResult[]) => new Map([['unit', results]])

test.each([
  ['F02 lost answer', ['F02']],
  ['kept (S12, I14)', ['S12', 'I14']],
  ['I05 to I07 hold', ['I05', 'I06', 'I07']],
  ['I06 to S08', ['I06', 'S08']],
  ['F021, XF02 and F2', []],
])('the numbers in %j are %j', (title, numbers) => {
  expect([...numbersIn(title)].toSorted()).toEqual(numbers.toSorted())
})

describe('a row', () => {
  test('is proven by tests that name it, all of which passed', () => {
    const proof = prove(row, ran(result('F02 one'), result('F03 other'), result('two (F02)')))
    expect(proof).toMatchObject({ result: 'passed', tests: [{ title: 'F02 one' }, { title: 'two (F02)' }] })
    expect(holds(proof)).toBe(true)
  })

  test('has failed with any of them', () => {
    const proof = prove(row, ran(result('F02 one'), result('F02 two', false)))
    expect(proof.result).toBe('failed')
    expect(holds(proof)).toBe(false)
  })

  test('has failed if a test passed in one browser only, whichever came first', () => {
    for (const passed of [true, false])
      expect(prove(row, ran(result('F02 one', passed), result('F02 one', !passed))).result).toBe('failed')
  })

  test('that nobody names does not hold, unless it can wait or no machine can test it', () => {
    expect(prove(row, ran()).result).toBe('no test')
    expect(holds(prove(row, ran()))).toBe(false)
    expect(holds(prove({ ...row, priority: 1 }, ran()))).toBe(false)
    expect(holds(prove({ ...row, priority: 2 }, ran()))).toBe(true)
    const untested = prove({ ...row, untested: 'No Safari' }, ran())
    expect(untested.result).toBe('cannot be tested here')
    expect(holds(untested)).toBe(true)
  })
})

test('the document has every row, its tests, and what failed first', () => {
  const many = Array.from({ length: 9 }, (_, index) => result(`F02 test ${index}`))
  const document = reliabilityDocument(
    [{ title: 'Network', rows: [row, { number: 'F03', priority: 1, what: 'A repeat' }] }],
    ran(...many, result('F02 <img> *odd*', false)),
  )
  expect(document).toContain('| [F02](#f02) | 0   | An answer is lost | 10    | failed  |')
  expect(document).toContain('| [F03](#f03) | 1   | A repeat          | 0     | no test |')
  expect(document).toContain('- `a.test.ts` (unit)\n  - F02 &#60;img&#62; &#42;odd&#42;: **failed**\n  - F02 test 0\n')
  expect(document).toContain('  - and 2 more\n')
})

test('the rows are each there once, in order', () => {
  const numbers = chapters.flatMap(({ rows }) => rows.map(({ number }) => number))
  expect(new Set(numbers).size).toBe(numbers.length)
  for (const letter of 'FSI') {
    const own = numbers.filter((number) => number.startsWith(letter))
    expect(own.toSorted()).toEqual(own)
  }
})
