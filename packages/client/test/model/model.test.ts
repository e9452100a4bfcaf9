import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type * as Machine from '../../src/machine.ts'
import type * as Work from '../../src/work.ts'
import { drfFarEnd, enlarged, md5 } from './drf-far-end.ts'
import { examples } from './examples.ts'
import { referenceFarEnd } from './far-end.ts'
import { Violation } from './judge.ts'
import { mutants, planted } from './mutants.ts'
import { anything, harmless, type Schedule } from './schedule.ts'
import { sumOf } from './sum.ts'
import { platform, play, type Course } from './world.ts'

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

/** Schedules of each kind. For a soak: `MODEL_RUNS=1000000`. */
const runs = Number(process.env['MODEL_RUNS'] ?? 1_000)
/** The seed that a failure has printed, to see it again. */
const seed = process.env['MODEL_SEED'] === undefined ? {} : { seed: Number(process.env['MODEL_SEED']) }
/** How many schedules a planted mistake may live through. */
const patience = 5_000

beforeAll(() => {
  vi.stubGlobal('navigator', platform)
  vi.stubGlobal('addEventListener', (...given: Parameters<EventTarget['addEventListener']>) =>
    platform.page.addEventListener(...given),
  )
})
afterAll(() => vi.unstubAllGlobals())
afterEach(() => void (planted.mutant = undefined))

const reference = (schedule: Schedule): Promise<Course> =>
  play(schedule, {
    sumOf,
    connect: (clock) => referenceFarEnd(schedule.script, schedule, sumOf, clock, planted.mutant?.server),
    ...(planted.mutant?.protocol ? { wrap: planted.mutant.protocol } : {}),
  })
const drf = (schedule: Schedule): Promise<Course> => {
  const larger = enlarged(schedule)
  return play(larger, { sumOf: md5, connect: (clock) => drfFarEnd(larger, clock) })
}

/** A failure prints the seed and the shortest schedule that shows it: that one belongs to the examples. */
const holds = (schedules: fc.Arbitrary<Schedule>, run: (schedule: Schedule) => Promise<Course>, numRuns: number) =>
  fc.assert(
    fc.asyncProperty(schedules, async (schedule) => void (await run(schedule))),
    { numRuns, ...seed },
  )

// Time is what the number of runs makes it.
const forever = 24 * 3_600_000

describe('the client, whatever people, pages, network and server do', () => {
  test('keeps its eight rules, and I01, I02, I05 to I09, I11, I12', () => holds(anything, reference, runs), forever)

  test(
    'where nothing is destroyed, sends no more than it must, and gives up no session (I04, I06)',
    () => holds(harmless, reference, runs),
    forever,
  )

  test('over drf-chunked-upload, against the upload server itself', () => holds(anything, drf, runs / 10), forever)

  test.each(Object.entries(examples))('%s', async (_, schedule) => {
    await reference(schedule)
    await drf(schedule)
  })
})

describe('a planted mistake is found', () => {
  test.each(mutants)(
    '$name',
    async (mutant) => {
      planted.mutant = mutant
      const property = fc.asyncProperty(anything, async (schedule) => void (await reference(schedule)))
      const found = await fc.check(property, { numRuns: patience, endOnFailure: true, ...seed })
      expect(found.failed).toBe(true)
      expect(found.errorInstance).toBeInstanceOf(Violation)
    },
    forever,
  )
})
