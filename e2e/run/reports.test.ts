import { describe, expect, test } from 'vitest'
import { readPlaywright, readVitest } from './reports.ts'

const vitest = {
  numTotalTests: 6,
  numPassedTests: 2,
  numFailedTests: 1,
  numPendingTests: 2,
  numTodoTests: 1,
  testResults: [
    {
      status: 'passed',
      name: '/repo/packages/plus.test.ts',
      assertionResults: [{ status: 'passed', fullName: 'plus (F02)' }, { status: 'skipped' }, { status: 'todo' }],
    },
    {
      status: 'failed',
      name: '/repo/packages/sum.test.ts',
      assertionResults: [
        { status: 'failed', fullName: 'sums adds', failureMessages: ['expected 3, got 4'] },
        { status: 'passed', fullName: 'sums nothing' },
      ],
    },
  ],
}
const run = (status: string) => ({ projectName: 'firefox', status, results: [{ errors: [{ message: 'no button' }] }] })
const playwright = {
  config: { rootDir: '/repo/e2e/tests' },
  stats: { expected: 5, unexpected: 1, flaky: 0, skipped: 2 },
  suites: [
    {
      title: 'page.spec.ts',
      specs: [{ title: 'opens', file: 'page.spec.ts', tests: [run('expected'), run('skipped')] }],
      suites: [
        { title: 'by keyboard', specs: [{ title: 'pauses', file: 'page.spec.ts', tests: [run('unexpected')] }] },
      ],
    },
  ],
  errors: [],
}

describe('a report of vitest', () => {
  test('is counted', () => {
    expect(readVitest(vitest, '/repo')).toEqual({
      passed: 2,
      failed: 1,
      skipped: 3,
      failures: ['/repo/packages/sum.test.ts > sums adds\n    expected 3, got 4'],
      tests: [
        { file: 'packages/plus.test.ts', title: 'plus (F02)', passed: true },
        { file: 'packages/sum.test.ts', title: 'sums adds', passed: false },
        { file: 'packages/sum.test.ts', title: 'sums nothing', passed: true },
      ],
    })
  })

  test.each([
    ['at its import', []],
    ['in a hook', [{ status: 'skipped' }]],
  ])('a file that fell over %s is a failed test', (_, assertionResults) => {
    const fallen = { status: 'failed', name: 'it.test.ts', message: 'no such file', assertionResults }
    const read = readVitest({ ...vitest, testResults: [...vitest.testResults, fallen] }, '/repo')
    expect(read.failed).toBe(2)
    expect(read.failures).toHaveLength(2)
    expect(read.failures[1]).toBe('it.test.ts\n    no such file')
  })
})

describe('a report of Playwright', () => {
  test('is counted', () => {
    expect(readPlaywright(playwright, '/repo')).toEqual({
      passed: 5,
      failed: 1,
      skipped: 2,
      failures: ['[firefox] > page.spec.ts > by keyboard > pauses\n    no button'],
      tests: [
        { file: 'e2e/tests/page.spec.ts', title: 'opens', passed: true },
        { file: 'e2e/tests/page.spec.ts', title: 'by keyboard pauses', passed: false },
      ],
    })
  })

  test('a test that passed only when tried again has failed, and is told', () => {
    const suites = [{ title: 'page.spec.ts', specs: [{ title: 'opens', file: 'page.spec.ts', tests: [run('flaky')] }] }]
    const read = readPlaywright({ ...playwright, suites, stats: { ...playwright.stats, flaky: 1 } }, '/repo')
    expect(read.failed).toBe(2)
    expect(read.failures).toEqual(['[firefox] > page.spec.ts > opens\n    no button'])
  })

  test('an error outside of the tests is a failed test', () => {
    const read = readPlaywright({ ...playwright, errors: [{ message: 'No tests found' }] }, '/repo')
    expect(read.failed).toBe(2)
    expect(read.failures[1]).toBe('outside of the tests\n    No tests found')
  })
})

test.each([undefined, null, 7, [], {}, { stats: {} }, { numPassedTests: '2', testResults: [] }])(
  'a report of another shape is refused: %j',
  (report) => {
    expect(() => readVitest(report, '/repo')).toThrow(TypeError)
    expect(() => readPlaywright(report, '/repo')).toThrow(TypeError)
  },
)
