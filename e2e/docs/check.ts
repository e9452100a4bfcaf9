import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../run/command.ts'
import { type Counts, asOne, none, total } from '../run/counts.ts'
import { type Block, readBlocks } from '../support/blocks.ts'
import { readDocument, readDocuments } from './documents.ts'
import type { Fault, Findings } from './findings.ts'
import { idleGifts } from './given.ts'
import { deadLinks } from './links.ts'
import { lookAt } from './look.ts'
import { brokenPromises } from './promises.ts'

const mistakes = 'e2e/docs/mistakes.md'

/**
 * Checks every block of code in the README and in the docs, the links of each page, and the tables that have to be complete:
 * each is one test. So is each block of a page of mistakes, which must not pass.
 *
 * @param strict a program that is missing is a failure: in CI nothing is left out.
 */
export async function checkDocs(strict: boolean): Promise<Counts> {
  const documents = [...(await readDocuments()), await readDocument(mistakes)]
  const pages = new Map(documents.map(({ page, markdown }) => [page, readBlocks(page, markdown)]))
  const proseOf = (page: string): readonly string[] | undefined => pages.get(page)?.prose
  const blocks = [...pages.values()].flatMap((page) => page.blocks)
  const exists = (path: string): boolean => existsSync(join(root, path))
  const found = await lookAt(blocks)
  const failures = [
    ...[...pages.keys()].map((page) => deadLinks(page, { exists, proseOf })),
    ...brokenPromises(proseOf),
    idleGifts([...pages.keys()], blocks),
  ]
  const counts = total([
    ...[...found].map(([block, findings]) => judge(block, findings, strict)),
    ...failures.map(asTest),
  ])
  const missing = new Set([...found.values()].flatMap((findings) => findings.missing ?? []))
  for (const program of missing) console.error(`Cannot check blocks for ${program}: it is not there`)
  for (const failure of counts.failures) console.error(failure)
  return counts
}

const asTest = (failures: readonly string[]): Counts =>
  failures.length > 0 ? { ...none, failed: 1, failures } : asOne(true)

function judge(block: Block, { faults = [], missing }: Findings, strict: boolean): Counts {
  if (missing !== undefined) return strict ? asTest([say(block, { line: 0, message: `There is no ${missing}` })]) : none
  const said = faults.map((fault) => say(block, fault))
  if (block.page !== mistakes) return asTest(said)
  const seen = faults.some(({ line }) => block.marks.includes(`wrong=${line + 1}`))
  return asTest(seen ? [] : [say(block, { line: 0, message: 'This is wrong, and nothing was said of it' }), ...said])
}

const say = ({ page, line, language }: Block, fault: Fault): string =>
  `${page}:${line + fault.line} ${language}: ${fault.message}`
