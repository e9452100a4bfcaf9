import { type BrowserName, isRequired } from './browsers.ts'
import { type Counts, type TestResult, asOne, lastLine, total } from './counts.ts'
import { findBrowser } from './find-browser.ts'
import { type Plan, type StepName, browsersFor, readArguments, usage } from './plan.ts'
import { type Run, steps } from './steps.ts'

/**
 * Runs everything that proves the project, or the part that the arguments name, and goes on after what fails. The last
 * line counts it all: `N passed, N failed`.
 */
async function test(plan: Plan): Promise<Counts> {
  const ci = !['', '0', 'false'].includes(process.env['CI'] ?? '')
  const ran = new Map<StepName, readonly TestResult[]>()
  const run: Run = { plan, ci, found: await findBrowsers(plan, ci), ran }
  const results: { readonly name: StepName; readonly counts: Counts; readonly seconds: number }[] = []
  for (const name of plan.steps) {
    console.log(`\n== ${steps[name].title}`)
    const begun = performance.now()
    const counts = await runStep(name, run)
    console.log(`${name}: ${say(counts)}`)
    results.push({ name, counts, seconds: Math.round((performance.now() - begun) / 1000) })
    ran.set(name, counts.tests)
  }
  console.log('\n== All steps')
  for (const { name, counts, seconds } of results) console.log(`${name.padEnd(12)}${say(counts)} in ${seconds} s`)
  const all = total(results.map(({ counts }) => counts))
  if (all.failures.length > 0) console.log(`\n== What failed\n${all.failures.join('\n')}`)
  return all
}

// A step that throws has failed; the others still run.
async function runStep(name: StepName, run: Run): Promise<Counts> {
  try {
    return await steps[name].run(run)
  } catch (cause) {
    console.error(cause)
    return asOne(false)
  }
}

async function findBrowsers(plan: Plan, ci: boolean): Promise<Run['found']> {
  const found = new Map<BrowserName, Awaited<ReturnType<typeof findBrowser>>>()
  for (const browser of browsersFor(plan)) {
    const at = await findBrowser(browser)
    found.set(browser, at)
    if ('use' in at) console.log(`${browser}: ${at.use}`)
    else console.log(`${at.missing}${isRequired(browser, ci, plan.asked) ? '' : '; its tests are left out'}`)
  }
  return found
}

const say = (counts: Counts): string => `${lastLine(counts)}${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`

async function main(args: readonly string[]): Promise<number> {
  if (args[0] === '--help') {
    console.log(usage)
    return 0
  }
  const counts = await test(readArguments(args))
  console.log(`\n${lastLine(counts)}`)
  return counts.failed > 0 ? 1 : 0
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof SyntaxError)) throw error
  console.error(error.message)
  process.exitCode = 2
}
