import { parseArgs } from 'node:util'
import { type BrowserName, browserNames } from './browsers.ts'

/** The steps of a test run, in their order. */
export const stepNames = [
  'lockfile',
  'format',
  'lint',
  'build',
  'types',
  'knip',
  'publint',
  'attw',
  'size',
  'changesets',
  'docs',
  'site',
  'unit',
  'browser',
  'faults',
  'e2e',
  'packed',
  'storage',
  'peers',
  'reliability',
] as const
/** One of {@link stepNames}. */
export type StepName = (typeof stepNames)[number]

/** The steps that run tests, and so take files and options of their runner. */
export const runners = [
  'unit',
  'browser',
  'faults',
  'e2e',
  'packed',
  'storage',
  'peers',
] as const satisfies readonly StepName[]
/** One of {@link runners}. */
export type Runner = (typeof runners)[number]

/** What a test run is to do. */
export interface Plan {
  readonly steps: readonly StepName[]
  /** Where browser and end-to-end tests run. */
  readonly browsers: readonly BrowserName[]
  /** A browser was asked for by name, so the run fails without it. */
  readonly asked: boolean
  /** The only test files to run, by runner; all where there are none. */
  readonly files: Readonly<Record<Runner, readonly string[]>>
  /** Options for the one runner, as they are. */
  readonly options: readonly string[]
}

/** What `pnpm test` understands. */
export const usage = `pnpm test [step …] [test file …] [--browser ${browserNames.join('|')}] [-- options for vitest or Playwright]

Steps: ${stepNames.join(', ')}. Without a step or a file: all of them.

  pnpm test unit
  pnpm test packages/protocol/src/drf.test.ts
  pnpm test browser --browser firefox
  pnpm test e2e --browser chromium -- --headed
  pnpm test faults
  pnpm test peers -- --grep 'nginx'
  pnpm test unit -- -t 'refuses'`

// Built files are what these look at.
const built: readonly StepName[] = ['publint', 'attw', 'size', 'docs', 'faults', 'e2e', 'packed', 'storage', 'peers']

/**
 * Reads the arguments of `pnpm test`.
 *
 * @throws SyntaxError that names the argument and what is allowed.
 * @example
 * readArguments(['e2e', '--browser', 'firefox']).steps // ['build', 'e2e']
 */
export function readArguments(args: readonly string[]): Plan {
  const end = args.includes('--') ? args.indexOf('--') : args.length
  const { browser, words } = parse(args.slice(0, end))
  const options = args.slice(end + 1)
  const chosen = new Set<StepName>()
  const files: Record<Runner, string[]> = {
    ...{ unit: [], browser: [], faults: [], e2e: [], packed: [], storage: [], peers: [] },
  }
  for (const word of words) {
    const step = stepNames.find((name) => name === word)
    const runner = runnerOf(word)
    if (runner) files[runner].push(word)
    chosen.add(
      step ?? runner ?? refuse(`"${word}" is neither a step nor a test file (.test.ts, .browser.test.ts, .spec.ts)`),
    )
  }
  const picked = runners.filter((runner) => chosen.has(runner))
  if (options.length > 0 && picked.length !== 1) refuse(`options after -- are for one of ${runners.join(', ')}`)
  if (chosen.size > 0 && built.some((step) => chosen.has(step))) chosen.add('build')
  return {
    steps: stepNames.filter((step) => chosen.size === 0 || chosen.has(step)),
    browsers: browser ? [browser] : browserNames,
    asked: browser !== undefined,
    files,
    options,
  }
}

/** Whether everything is run, and nothing left out. */
export const isWhole = ({ steps, files, options, browsers }: Plan): boolean =>
  runners.every((runner) => steps.includes(runner) && files[runner].length === 0) &&
  options.length === 0 &&
  browsers.length === browserNames.length

/** The browsers that a run needs. */
export function browsersFor({ steps, browsers }: Plan): readonly BrowserName[] {
  if (steps.includes('browser') || steps.includes('e2e')) return browsers
  // What is proven there is proven of the packages and of the servers.
  return steps.includes('packed') || steps.includes('peers') ? browsers.filter((browser) => browser === 'chromium') : []
}

/**
 * The end-to-end tests among `files` that a browser runs: a folder named after another one (`e2e/tests/chromium/`) holds
 * what only that other can do.
 */
export const filesFor = (browser: BrowserName, files: readonly string[]): string[] =>
  files.filter((file) => !browserNames.some((other) => other !== browser && file.split(/[\\/]/).includes(other)))

function parse(args: string[]): { browser: BrowserName | undefined; words: string[] } {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { browser: { type: 'string' } },
    })
    const browser = browserNames.find((name) => name === values.browser)
    if (values.browser !== undefined && !browser)
      refuse(`--browser is ${browserNames.join(' or ')}, not "${values.browser}"`)
    return { browser, words: positionals }
  } catch (cause) {
    // Node adds advice after the first sentence that does not fit here.
    if (cause instanceof TypeError) refuse(cause.message.split('. ', 1).join(''), cause)
    throw cause
  }
}

function runnerOf(word: string): Runner | undefined {
  if (/\.browser\.test\.tsx?$/.test(word)) return 'browser'
  const isTest = /\.test\.tsx?$/.test(word)
  if (!isTest && !word.endsWith('.spec.ts')) return undefined
  const [, folder] = (isTest ? /(?:^|[\\/])(faults|storage)[\\/]/ : /(?:^|[\\/])(packed|peers)[\\/]/).exec(word) ?? []
  return runners.find((runner) => runner === folder) ?? (isTest ? 'unit' : 'e2e')
}

function refuse(why: string, cause?: unknown): never {
  throw new SyntaxError(`Cannot run the tests: ${why}\n\n${usage}`, { cause })
}
