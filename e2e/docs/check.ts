import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../run/command.ts'
import { type Counts, asOne, none, total } from '../run/counts.ts'
import { type Block, readBlocks } from './blocks.ts'
import { checkCss } from './checks/css.ts'
import { checkHtml } from './checks/html.ts'
import { checkJson } from './checks/json.ts'
import { checkNginx } from './checks/nginx.ts'
import { checkPython } from './checks/python.ts'
import { shellCheck } from './checks/shell.ts'
import { checkSvelte } from './checks/svelte.ts'
import { checkVue } from './checks/vue.ts'
import { type Document, readDocument, readDocuments } from './documents.ts'
import type { Check, Fault, Findings, Module } from './findings.ts'
import { givenOf } from './given.ts'
import { deadLinks } from './links.ts'
import { brokenPromises } from './promises.ts'
import { isRun, run } from './runs.ts'
import { moduleOf } from './source.ts'
import { checkTypes } from './types.ts'

// For the compiler of TypeScript as it stands.
const asModule =
  (kind: Module['kind']): Check =>
  ({ code }) => ({ modules: [{ kind, code, line: 0 }] })

const languages = (): Readonly<Record<string, Check>> => ({
  ts: asModule('ts'),
  tsx: asModule('tsx'),
  js: asModule('js'),
  vue: checkVue,
  svelte: checkSvelte,
  html: checkHtml,
  css: checkCss,
  json: checkJson,
  python: checkPython,
  sh: shellCheck(),
  nginx: checkNginx,
  // For people only.
  text: () => ({}),
  caddyfile: () => ({}),
})

const mistakes = 'e2e/docs/mistakes.md'

/**
 * Checks every block of code in the README and in the docs, the links of each page, and the tables that have to be complete:
 * each is one test. So is each block of a page of mistakes, which must not pass.
 *
 * @param strict a program that is missing is a failure: in CI nothing is left out.
 */
export async function checkDocs(strict: boolean): Promise<Counts> {
  const documents = await readDocuments()
  const blocks = await findingsIn([...documents, await readDocument(mistakes)])
  const missing = new Set([...blocks.values()].flatMap((findings) => findings.missing ?? []))
  for (const program of missing) console.error(`Cannot check blocks for ${program}: it is not there`)
  const all = [...blocks].map(([block, findings]) => judge(block, findings, strict))
  const prose = new Map(documents.map(({ page, markdown }) => [page, readBlocks(page, markdown).prose]))
  const targets = { exists: (path: string) => existsSync(join(root, path)), proseOf: (page: string) => prose.get(page) }
  const links = documents.map(({ page }) => deadLinks(page, targets))
  const counts = total([...all, ...[...links, ...brokenPromises(documents)].map(asTest)])
  for (const failure of counts.failures) console.error(failure)
  return counts
}

const asTest = (failures: readonly string[]): Counts =>
  failures.length > 0 ? { ...none, failed: 1, failures } : asOne(true)

function judge(block: Block, { faults = [], missing }: Findings, strict: boolean): Counts {
  if (missing !== undefined) return strict ? asOne(false) : none
  if (block.page !== mistakes) return asTest(faults.map((fault) => say(block, fault)))
  const seen = faults.some(({ line }) => block.marks.includes(`wrong=${line + 1}`))
  return asTest(
    seen ? [] : [`${place(block)} is wrong, and nothing was said`, ...faults.map((fault) => say(block, fault))],
  )
}

const place = ({ page, line, language }: Block, at = 0): string => `${page}:${line + at} ${language}`
const say = (block: Block, { line, message }: Fault): string => `${place(block, line)}: ${message}`

async function findingsIn(documents: readonly Document[]): Promise<Map<Block, Findings>> {
  const known = languages()
  const all = new Map<Block, Findings>()
  for (const { page, markdown } of documents)
    for (const block of readBlocks(page, markdown).blocks) {
      const check = known[block.language]
      const unknown = { faults: [{ line: 0, message: `The language is none of ${Object.keys(known).join(', ')}` }] }
      all.set(block, check ? await check(block) : unknown)
    }
  const ran = await Promise.all([...all.keys()].filter(isRun).map(async (block) => [block, await run(block)] as const))
  for (const [block, faults] of [...faultsOfTypes(all), ...ran]) {
    const findings = all.get(block)
    all.set(block, { ...findings, faults: [...(findings?.faults ?? []), ...faults] })
  }
  return all
}

// All modules at once: most of the compiler's time goes into what they import.
function faultsOfTypes(all: ReadonlyMap<Block, Findings>): Map<Block, Fault[]> {
  const modules = [...all].flatMap(([block, { modules = [] }]) => {
    const given = givenOf(block.page)
    return modules.map(({ kind, code, line }) => ({
      ...{ block, kind, line },
      text: moduleOf(code, kind === 'js' ? [] : given.names, given.from).text,
    }))
  })
  const faults = new Map<Block, Fault[]>()
  for (const { module, line, message } of checkTypes(join(root, 'e2e/docs/blocks'), modules)) {
    const known = faults.get(module.block) ?? []
    faults.set(module.block, [...known, { line: module.line + line, message }])
  }
  return faults
}
