import { describe, expect, test } from 'vitest'
import { readPlaywright, readVitest } from './reports.ts'

const vitest = {
  numTotalTests: 6,
  numPassedTests: 2,
  numFailedTests: 1,
  numPendingTests: 2,
  numTodoTests: 1,
  testResults: [
    { status: 'passed', assertionResults: [{ status: 'passed' }, { status: 'skipped' }, { status: 'todo' }] },
    {
      status: 'failed',
      name: 'sum.test.ts',
      assertionResults: [
        { status: 'failed', fullName: 'sums adds', failureMessages: ['expected 3, got 4'] },
        { status: 'passed' },
      ],
    },
  ],
}
const run = (status: string) => ({ projectName: 'firefox', status, results: [{ errors: [{ message: 'no button' }] }] })
const playwright = {
  stats: { expected: 5, unexpected: 1, flaky: 0, skipped: 2 },
  suites: [
    {
      title: 'page.spec.ts',
      specs: [{ title: 'opens', tests: [run('expected')] }],
      suites: [{ title: 'by keyboard', specs: [{ title: 'pauses', tests: [run('unexpected')] }] }],
    },
  ],
  errors: [],
}

describe('a report of vitest', () => {
  test('is counted', () => {
    expect(readVitest(vitest)).toEqual({
      passed: 2,
      failed: 1,
      skipped: 3,
      failures: ['sum.test.ts > sums adds\n    expected 3, got 4'],
    })
  })

  test.each([
    ['at its import', []],
    ['in a hook', [{ status: 'skipped' }]],
  ])('a file that fell over %s is a failed test', (_, assertionResults) => {
    const fallen = { status: 'failed', name: 'it.test.ts', message: 'no such file', assertionResults }
    const read = readVitest({ ...vitest, testResults: [...vitest.testResults, fallen] })
    expect(read.failed).toBe(2)
    expect(read.failures).toHaveLength(2)
    expect(read.failures[1]).toBe('it.test.ts\n    no such file')
  })
})

describe('a report of Playwright', () => {
  test('is counted', () => {
    expect(readPlaywright(playwright)).toEqual({
      passed: 5,
      failed: 1,
      skipped: 2,
      failures: ['[firefox] > page.spec.ts > by keyboard > pauses\n    no button'],
    })
  })

  test('a test that passed only when tried again has failed, and is told', () => {
    const suites = [{ title: 'page.spec.ts', specs: [{ title: 'opens', tests: [run('flaky')] }] }]
    const read = readPlaywright({ ...playwright, suites, stats: { ...playwright.stats, flaky: 1 } })
    expect(read.failed).toBe(2)
    expect(read.failures).toEqual(['[firefox] > page.spec.ts > opens\n    no button'])
  })

  test('an error outside of the tests is a failed test', () => {
    const read = readPlaywright({ ...playwright, errors: [{ message: 'No tests found' }] })
    expect(read.failed).toBe(2)
    expect(read.failures[1]).toBe('outside of the tests\n    No tests found')
  })
})

test.each([undefined, null, 7, [], {}, { stats: {} }, { numPassedTests: '2', testResults: [] }])(
  'a report of another shape is refused: %j',
  (report) => {
    expect(() => readVitest(report)).toThrow(TypeError)
    expect(() => readPlaywright(report)).toThrow(TypeError)
  },
)
