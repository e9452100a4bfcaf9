import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type * as Machine from '../../src/machine.ts'
import type * as Work from '../../src/work.ts'
import { Violation } from './judge.ts'
import { mutants, planted } from './mutants.ts'
import { surround } from './platform.ts'
import { choice, forever, perProperty, reference, search } from './run.ts'
import { everything } from './schedule.ts'

// The client is the real one, but for the mistake that is planted.
vi.mock('../../src/machine.ts', async (load) => {
  const { planted } = await import('./mutants.ts')
  const machine = await load<typeof Machine>()
  const reduce: typeof machine.reduce = (state, event) =>
    planted.mutant?.reduce?.(state, event, machine.reduce) ?? machine.reduce(state, event)
  return { ...machine, reduce }
})
vi.mock('../../src/work.ts', async (load) => {
  const { planted } = await import('./mutants.ts')
  const { work, ...rest } = await load<typeof Work>()
  // Each row takes the state of its own status; a table of them all cannot say so.
  const rows = Object.entries(work) as [string, (state: never, tools: Work.WorkTools) => Promise<void>][]
  const planting = rows.map(([status, run]) => [
    status,
    (state: never, tools: Work.WorkTools) => run(state, planted.mutant?.tools?.(tools) ?? tools),
  ])
  return { ...rest, work: Object.fromEntries(planting) }
})

/** After how many schedules each mistake was found, and by what. */
const found: string[] = []

beforeAll(() => surround(vi.stubGlobal))
afterEach(() => void (planted.mutant = undefined))
afterAll(() => console.warn(['Mistakes that were planted, found after so many schedules:', ...found].join('\n')))

test.each(mutants)(
  'a planted mistake is found: $name ($rows)',
  async (mutant) => {
    planted.mutant = mutant
    const { name, protocol, server } = mutant
    const around = reference(['safety', 'thrift', 'liveness'], server, protocol)
    const finding = await search(everything, around, choice(perProperty), false)
    expect(finding?.what).toBeInstanceOf(Violation)
    found.push(`${String(finding?.after).padStart(6)}  ${name}: ${finding?.what.message}`)
  },
  forever,
)
