import { isAbsolute, join, relative, sep } from 'node:path'
import type { Counts, TestResult } from './counts.ts'

/**
 * Counts the tests in the JSON report of vitest. A file that fell over outside of its tests (at its import, in a hook) is
 * one failed test.
 *
 * @param root the folder of the repository, which files are told from.
 * @throws TypeError if the report is of another shape.
 */
export function readVitest(report: unknown, root: string): Counts {
  const read = record(report)
  const files = list(read['testResults']).map(record)
  const fallen = files.filter(fellOver)
  return {
    passed: count(read, 'numPassedTests'),
    failed: count(read, 'numFailedTests') + fallen.length,
    skipped: count(read, 'numPendingTests') + count(read, 'numTodoTests'),
    failures: [
      ...files.flatMap((file) =>
        list(file['assertionResults'])
          .map(record)
          .filter(failed)
          .map((test) => said(`${text(file['name'])} > ${text(test['fullName'])}`, list(test['failureMessages']))),
      ),
      ...fallen.map((file) => said(text(file['name']), [file['message']])),
    ],
    tests: files.flatMap((file) =>
      list(file['assertionResults'])
        .map(record)
        .filter((test) => test['status'] === 'passed' || failed(test))
        .map((test) => ({
          file: fromRoot(root, text(file['name'])),
          title: text(test['fullName']),
          passed: !failed(test),
        })),
    ),
  }
}

const failed = (result: Readonly<Record<string, unknown>>): boolean => result['status'] === 'failed'
const fellOver = (file: Readonly<Record<string, unknown>>): boolean =>
  failed(file) && !list(file['assertionResults']).map(record).some(failed)

/**
 * Counts the tests in the JSON report of Playwright. A test that passed only when tried again has failed, and so has
 * each error outside of the tests.
 *
 * @param root the folder of the repository, which files are told from.
 * @throws TypeError if the report is of another shape.
 */
export function readPlaywright(report: unknown, root: string): Counts {
  const read = record(report)
  const stats = record(read['stats'])
  const folder = text(record(read['config'])['rootDir'])
  return {
    passed: count(stats, 'expected'),
    failed: count(stats, 'unexpected') + count(stats, 'flaky') + list(read['errors']).length,
    skipped: count(stats, 'skipped'),
    failures: [
      ...list(read['suites']).flatMap((suite) => failuresIn(record(suite), [])),
      ...list(read['errors']).map((error) => said('outside of the tests', [record(error)['message']])),
    ],
    tests: list(read['suites']).flatMap((suite) =>
      testsIn(record(suite), [], (file) => fromRoot(root, join(folder, file))),
    ),
  }
}

// Suites stand in suites: a file, and the groups in it.
function failuresIn(suite: Readonly<Record<string, unknown>>, outer: readonly string[]): string[] {
  const names = [...outer, text(suite['title'])]
  const inner = list(suite['suites'] ?? []).flatMap((each) => failuresIn(record(each), names))
  const own = list(suite['specs'] ?? [])
    .map(record)
    .flatMap((spec) =>
      list(spec['tests'])
        .map(record)
        .filter(({ status }) => status === 'unexpected' || status === 'flaky')
        .map((test) => {
          const errors = list(test['results']).flatMap((result) => list(record(result)['errors'] ?? []))
          const name = [`[${text(test['projectName'])}]`, ...names, text(spec['title'])].join(' > ')
          return said(
            name,
            errors.map((error) => record(error)['message']),
          )
        }),
    )
  return [...own, ...inner]
}

// The outermost suite is the file, whose name is told by itself.
function testsIn(
  suite: Readonly<Record<string, unknown>>,
  outer: readonly string[],
  place: (file: string) => string,
): TestResult[] {
  const inner = list(suite['suites'] ?? [])
    .map(record)
    .flatMap((each) => testsIn(each, [...outer, text(each['title'])], place))
  const own = list(suite['specs'] ?? [])
    .map(record)
    .flatMap((spec) =>
      list(spec['tests'])
        .map(record)
        .filter(({ status }) => status !== 'skipped')
        .map(({ status }) => ({
          file: place(text(spec['file'])),
          title: [...outer, text(spec['title'])].join(' '),
          passed: status === 'expected',
        })),
    )
  return [...own, ...inner]
}

const fromRoot = (root: string, file: string): string =>
  (isAbsolute(file) ? relative(root, file) : file).replaceAll(sep, '/')

// A name with its errors below, so much of them that the end of a long output still shows them all.
const said = (name: string, errors: readonly unknown[]): string =>
  [name, ...errors.flatMap((error) => text(error).split('\n').slice(0, 12))].join('\n    ')

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

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
