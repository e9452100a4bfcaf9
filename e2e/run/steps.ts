import { readFile, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { type BrowserName, type Next, isRequired, variable } from './browsers.ts'
import { releasePlan } from './changesets.ts'
import { type Command, execute, pnpm, root, tool } from './command.ts'
import { type Counts, asOne, none, total } from './counts.ts'
import { addressesIn } from './lock-file.ts'
import { type Plan, type StepName, filesFor, isWhole } from './plan.ts'
import { missingAmong } from '../peers/needs.ts'
import { chapters } from './reliability/rows.ts'
import { type Ran, holds, prove, reliabilityDocument } from './reliability/table.ts'
import { readPlaywright, readVitest } from './reports.ts'
import { runReporting } from './runner.ts'
import { packageFolders, publishedFolders } from './workspace.ts'

/** What all steps of a run know. */
export interface Run {
  readonly plan: Plan
  /** Nothing may be missing or left out. */
  readonly ci: boolean
  readonly found: ReadonlyMap<BrowserName, Exclude<Next, { fetch: unknown }>>
  /** The tests of the steps that have ended. */
  readonly ran: Ran
}

/** A step: what it is called in the output, and its work. */
export interface Step {
  readonly title: string
  readonly run: (run: Run) => Promise<Counts>
}

/** All steps by name. */
export const steps: Readonly<Record<StepName, Step>> = {
  lockfile: {
    title: 'The lock file names no addresses',
    run: async () => {
      const found = addressesIn(await readFile(join(root, 'pnpm-lock.yaml'), 'utf8'))
      for (const line of found) console.error(`pnpm-lock.yaml:${line}`)
      return asOne(found.length === 0)
    },
  },
  format: { title: 'Format (oxfmt)', run: () => each([tool('oxfmt', ['--check'])]) },
  lint: { title: 'Lint (oxlint)', run: () => each([tool('oxlint', [])]) },
  build: { title: 'Build', run: () => each([pnpm('run', 'build')]) },
  types: {
    title: 'Types (tsc)',
    run: () => each([...packageFolders(), '.config'].map(typesOf)),
  },
  knip: { title: 'Nothing unused (knip)', run: () => each([tool('knip', [])]) },
  publint: {
    title: 'Packages can be published (publint)',
    run: () => each(publishedFolders().map((folder) => tool('publint', ['--strict', folder]))),
  },
  attw: {
    title: 'Types resolve everywhere (attw)',
    run: () => each(publishedFolders().map((folder) => tool('attw', ['--pack', folder, '--profile', 'esm-only']))),
  },
  size: { title: 'Sizes (size-limit)', run: () => each([tool('size-limit', [])]) },
  changesets: {
    title: 'Release plan (changesets)',
    run: async () => {
      for (const line of await releasePlan()) console.log(line)
      return asOne(true)
    },
  },
  docs: {
    title: 'Every block of code in the docs',
    // Compilers of five languages: only for who asks.
    run: async ({ ci }) => (await import('../docs/check.ts')).checkDocs(ci),
  },
  site: { title: 'The site of the docs (typedoc, VitePress)', run: () => each([pnpm('run', 'docs:build')]) },
  unit: { title: 'Unit tests (vitest in Node)', run: (run) => vitest('node', 'unit', run) },
  browser: {
    title: 'Browser tests (vitest)',
    run: (run) => inEachBrowser(run, (browser) => vitest(`browser* (${browser})`, 'browser', run)),
  },
  faults: {
    title: 'Faults, against the real server (vitest in Node)',
    // They wait for servers to start, and for networks to fail.
    run: (run) => vitest('faults', 'faults', run, [`--maxWorkers=${availableParallelism() + 1}`]),
  },
  e2e: {
    title: 'End-to-end tests (Playwright)',
    run: (run) => inEachBrowser(run, (browser) => playwright(browser, run)),
  },
  packed: {
    title: 'Packages as they are published (Playwright)',
    run: (run) => inChromium(run, () => packed(run)),
  },
  storage: {
    title: "Several nodes over other people's storage (vitest in Node)",
    run: async (run) => {
      const missing = missingAmong('go', 'nginx', 'redis-server')
      return missing.length > 0 ? without(missing, run) : vitest('storage', 'storage', run)
    },
  },
  peers: {
    title: "Other people's servers and clients (Playwright)",
    run: async (run) => {
      const { files, options } = run.plan
      const missing = missingAmong('python3', 'go', 'nginx', 'openssl', 'pgrep')
      if (missing.length > 0) return without(missing, run)
      const all = files.peers.length === 0 && options.length === 0
      const env: Readonly<Record<string, string>> = all ? { INTEROP_DOCUMENT: join(root, 'docs', 'interop.md') } : {}
      return inChromium(run, () => peers(run, env))
    },
  },
  reliability: {
    title: 'Every fault and threat has a test (docs/reliability.md)',
    run: async ({ plan, ran }) => {
      if (!isWhole(plan)) {
        console.log('Only a run of all tests tells')
        return none
      }
      await writeFile(join(root, 'docs', 'reliability.md'), reliabilityDocument(chapters, ran))
      const proofs = chapters.flatMap(({ rows }) => rows.map((row) => prove(row, ran)))
      return total(
        proofs.map((proof) => {
          const { row, result } = proof
          const failures = holds(proof) ? [] : [`${row.number} ${row.what}: ${result}`]
          return { ...asOne(holds(proof)), failures }
        }),
      )
    },
  },
}

// By the compiler's native version, which takes a sixth of the time; what asks the compiler for more needs the one before it.
const typesOf = (folder: string): Command => ({
  file: process.execPath,
  args: [join(root, 'node_modules', 'typescript-7', 'bin', 'tsc'), '--noEmit', '-p', folder],
})

// Whoever has not installed them may do without their tests; CI may not.
function without(missing: readonly string[], { ci }: Run): Counts {
  console.error(`Cannot start other people's servers: install ${missing.join(', ')}`)
  return ci ? asOne(false) : none
}

// Tools that look at a package each wait for nothing but a core.
async function each(commands: readonly Command[]): Promise<Counts> {
  const left = [...commands]
  const all: Counts[] = []
  async function work(): Promise<void> {
    for (let command = left.shift(); command; command = left.shift()) {
      const passed = (await execute(command, commands.length > 1 ? 'together' : 'as it comes')) === 0
      const name = [command.file, ...command.args].join(' ').replaceAll(root, '')
      all.push({ ...asOne(passed), failures: passed ? [] : [name] })
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  return total(all)
}

async function inEachBrowser(
  { plan, ci, found }: Run,
  run: (browser: BrowserName) => Promise<Counts>,
): Promise<Counts> {
  const all: Counts[] = []
  for (const browser of plan.browsers) {
    const at = found.get(browser)
    if (at && 'use' in at) {
      console.log(`-- ${browser}`)
      all.push(await run(browser))
    } else {
      console.error(at?.missing ?? `Cannot find ${browser}`)
      all.push(isRequired(browser, ci, plan.asked) ? asOne(false) : none)
    }
  }
  const counts = total(all)
  return counts.passed + counts.failed + counts.skipped > 0 ? counts : asOne(false)
}

function inChromium(run: Run, start: () => Promise<Counts>): Promise<Counts> {
  if (run.plan.browsers.includes('chromium'))
    return inEachBrowser({ ...run, plan: { ...run.plan, browsers: ['chromium'] } }, start)
  console.log('These tests are for chromium')
  return Promise.resolve(none)
}

const vitest = (
  project: string,
  runner: 'unit' | 'browser' | 'faults' | 'storage',
  { plan, ci, found }: Run,
  own: readonly string[] = [],
): Promise<Counts> =>
  runReporting(readVitest, ci, (report) =>
    tool(
      'vitest',
      [
        ...['run', '--config', '.config/vitest.config.ts', '--project', project],
        ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
        ...own,
        ...plan.files[runner],
        ...plan.options,
      ],
      { env: paths(found) },
    ),
  )

async function playwright(browser: BrowserName, run: Run): Promise<Counts> {
  const files = filesFor(browser, run.plan.files.e2e)
  if (run.plan.files.e2e.length > 0 && files.length === 0) {
    console.log(`These tests are not for ${browser}`)
    return none
  }
  return playwrightWith(run, ['--config', '.config/playwright.config.ts', `--project=${browser}`, ...files])
}

const packed = (run: Run): Promise<Counts> =>
  playwrightWith(run, ['--config', '.config/playwright.packed.config.ts', ...run.plan.files.packed])

const peers = (run: Run, env: Readonly<Record<string, string>>): Promise<Counts> =>
  playwrightWith(run, ['--config', '.config/playwright.peers.config.ts', ...run.plan.files.peers], env, [
    'e2e/peers/interop-reporter.ts',
  ])

const playwrightWith = (
  { plan, ci, found }: Run,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  reporters: readonly string[] = [],
): Promise<Counts> =>
  runReporting(readPlaywright, ci, (report) =>
    tool('playwright', ['test', `--reporter=${['list', 'json', ...reporters].join(',')}`, ...args, ...plan.options], {
      env: { ...paths(found), ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report },
    }),
  )

const paths = (found: Run['found']): Record<string, string> =>
  Object.fromEntries([...found].flatMap(([browser, at]) => ('use' in at ? [[variable(browser), at.use]] : [])))
