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
    { status: 'failed', assertionResults: [{ status: 'failed' }, { status: 'passed' }] },
  ],
}
const playwright = { stats: { expected: 5, unexpected: 1, flaky: 0, skipped: 2 }, errors: [] }

describe('a report of vitest', () => {
  test('is counted', () => {
    expect(readVitest(vitest)).toEqual({ passed: 2, failed: 1, skipped: 3 })
  })

  test.each([
    ['at its import', []],
    ['in a hook', [{ status: 'skipped' }]],
  ])('a file that fell over %s is a failed test', (_, assertionResults) => {
    const testResults = [...vitest.testResults, { status: 'failed', assertionResults }]
    expect(readVitest({ ...vitest, testResults }).failed).toBe(2)
  })
})

describe('a report of Playwright', () => {
  test('is counted', () => {
    expect(readPlaywright(playwright)).toEqual({ passed: 5, failed: 1, skipped: 2 })
  })

  test('a test that passed only when tried again has failed', () => {
    expect(readPlaywright({ ...playwright, stats: { ...playwright.stats, flaky: 1 } }).failed).toBe(2)
  })

  test('an error outside of the tests is a failed test', () => {
    expect(readPlaywright({ ...playwright, errors: [{ message: 'No tests found' }] }).failed).toBe(2)
  })
})

test.each([undefined, null, 7, [], {}, { stats: {} }, { numPassedTests: '2', testResults: [] }])(
  'a report of another shape is refused: %j',
  (report) => {
    expect(() => readVitest(report)).toThrow(TypeError)
    expect(() => readPlaywright(report)).toThrow(TypeError)
  },
)
