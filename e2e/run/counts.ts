/** One test that a runner ran. */
export interface TestResult {
  /** The file it stands in, from the root of the repository. */
  readonly file: string
  /** Its name, after those of the groups it stands in. */
  readonly title: string
  readonly passed: boolean
}

/** How many tests a step ran, and how they ended. */
export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** What there is to say of those that failed: name and error, said again at the end, where it is looked for. */
  readonly failures: readonly string[]
  /** All that were run, where the runner names them. */
  readonly tests: readonly TestResult[]
}

/** Nothing was run: the sum begins here. */
export const none: Counts = { passed: 0, failed: 0, skipped: 0, failures: [], tests: [] }

/** A tool without test counts is one test: it ended well or it did not. */
export const asOne = (passed: boolean): Counts => ({ ...none, [passed ? 'passed' : 'failed']: 1 })

/** The counts of all steps together. */
export function total(all: readonly Counts[]): Counts {
  return all.reduce(
    (sum, { passed, failed, skipped, failures, tests }) => ({
      passed: sum.passed + passed,
      failed: sum.failed + failed,
      skipped: sum.skipped + skipped,
      failures: [...sum.failures, ...failures],
      tests: [...sum.tests, ...tests],
    }),
    none,
  )
}

/**
 * What a test runner's report is worth once it is known how the runner ended.
 *
 * @param report what it reported; `undefined` if it left no report that can be read: then it crashed.
 * @param exitCode how it ended; `undefined` if it had to be stopped.
 * @param strict counts skipped tests as failed: in CI nothing is left out.
 */
export function judge(report: Counts | undefined, exitCode: number | undefined, strict: boolean): Counts {
  if (!report) return asOne(false)
  // A runner that found nothing to run proves nothing, and one that ends badly with nothing red fell over beside its
  // tests: an error outside of them, a worker that died.
  const ran = report.passed + report.failed + report.skipped > 0
  const unexplained = report.failed === 0 && (!ran || exitCode !== 0)
  const failed = report.failed + (unexplained ? 1 : 0)
  return strict ? { ...report, failed: failed + report.skipped, skipped: 0 } : { ...report, failed }
}

/** The last line of everything: `12 passed, 0 failed`. */
export const lastLine = ({ passed, failed }: Counts): string => `${passed} passed, ${failed} failed`
