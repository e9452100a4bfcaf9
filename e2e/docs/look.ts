import { join } from 'node:path'
import { root } from '../run/command.ts'
import type { Block } from '../support/blocks.ts'
import type { Fault, Findings } from './findings.ts'
import { givenOf } from './given.ts'
import { languages } from './languages.ts'
import { isRun, run } from './runs.ts'
import { moduleOf } from './source.ts'
import { checkTypes } from './types.ts'

/** Checks blocks, each by its language, then their types all together, and runs those that want to be run. */
export async function lookAt(blocks: readonly Block[]): Promise<ReadonlyMap<Block, Findings>> {
  const known = languages()
  const all = new Map<Block, Findings>()
  for (const block of blocks) {
    const check = known[block.language]
    const unknown = { faults: [{ line: 0, message: `The language is none of ${Object.keys(known).join(', ')}` }] }
    all.set(block, check ? await check(block) : unknown)
  }
  const ran = await Promise.all(blocks.filter(isRun).map(async (block) => [block, await run(block)] as const))
  for (const [block, faults] of [...faultsOfTypes(all), ...ran]) {
    const findings = all.get(block)
    all.set(block, { ...findings, faults: [...(findings?.faults ?? []), ...faults] })
  }
  return all
}

// All modules at once: most of the compiler's time goes into what they import.
function faultsOfTypes(all: ReadonlyMap<Block, Findings>): Map<Block, Fault[]> {
  const modules = [...all].flatMap(([block, { modules = [] }]) => {
    const { names, from } = givenOf(block.page)
    return modules.map(({ kind, code, line }) => ({
      ...{ block, kind, line },
      text: kind === 'js' ? code : moduleOf(code, names, from),
    }))
  })
  const faults = new Map<Block, Fault[]>()
  for (const { module, line, message } of checkTypes(join(root, 'e2e/docs/blocks'), modules)) {
    const known = faults.get(module.block) ?? []
    faults.set(module.block, [...known, { line: module.line + line, message }])
  }
  return faults
}
