import type { Counts } from './counts.ts'

/**
 * Counts the tests in the JSON report of vitest. A file that fell over outside of its tests (at its import, in a hook) is
 * one failed test.
 *
 * @throws TypeError if the report is of another shape.
 */
export function readVitest(report: unknown): Counts {
  const read = record(report)
  const fallen = list(read['testResults']).map(record).filter(fellOver).length
  return {
    passed: count(read, 'numPassedTests'),
    failed: count(read, 'numFailedTests') + fallen,
    skipped: count(read, 'numPendingTests') + count(read, 'numTodoTests'),
  }
}

const failed = (result: Readonly<Record<string, unknown>>): boolean => result['status'] === 'failed'
const fellOver = (file: Readonly<Record<string, unknown>>): boolean =>
  failed(file) && !list(file['assertionResults']).map(record).some(failed)

/**
 * Counts the tests in the JSON report of Playwright. A test that passed only when tried again has failed, and so has
 * each error outside of the tests.
 *
 * @throws TypeError if the report is of another shape.
 */
export function readPlaywright(report: unknown): Counts {
  const read = record(report)
  const stats = record(read['stats'])
  return {
    passed: count(stats, 'expected'),
    failed: count(stats, 'unexpected') + count(stats, 'flaky') + list(read['errors']).length,
    skipped: count(stats, 'skipped'),
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value))
  throw new TypeError(`Cannot read the report: expected an object, got ${JSON.stringify(value)}`)
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw new TypeError(`Cannot read the report: expected a list, got ${JSON.stringify(value)}`)
}

function count(from: Readonly<Record<string, unknown>>, name: string): number {
  const value = from[name]
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw new TypeError(`Cannot read the report: expected a count as ${name}, got ${JSON.stringify(value)}`)
}
