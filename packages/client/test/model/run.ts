import fc from 'fast-check'
import type { Protocol } from '../../src/types.ts'
import type { Property } from './judge.ts'
import { breathe } from './platform.ts'
import { referenceFarEnd } from './reference-far-end.ts'
import type { ReferenceServer } from './reference-server.ts'
import type { Schedule } from './schedule.ts'
import { sumOf } from './sum.ts'
import { play, type Surroundings } from './world.ts'

/** Schedules of each property, in each run of the tests. */
export const perProperty = 20_000

/** Time is what the number of schedules makes it, in milliseconds. */
export const forever: number = 24 * 3_600_000

/** The same in each run of the tests, so that what is red is so for what was changed: new ones are for the soak to find. */
const fixedSeed = 1

/** How schedules are chosen, and how many. */
export interface Choice {
  readonly runs: number
  /** The same seed chooses the same schedules. */
  readonly seed?: number
  /** Where among them one is, as a failure has printed it. */
  readonly path?: string
}

/** What a failure has printed, to see it again, and how many schedules of each kind are played. */
export function choice(runs: number): Choice {
  const { MODEL_RUNS, MODEL_SEED = fixedSeed, MODEL_PATH } = process.env
  return {
    runs: Number(MODEL_RUNS ?? runs),
    seed: Number(MODEL_SEED),
    ...(MODEL_PATH !== undefined && { path: MODEL_PATH }),
  }
}

/** A schedule that shows what does not hold, as short as it could be made. */
export interface Finding {
  readonly what: Error
  readonly schedule: Schedule
  readonly seed: number
  readonly path: string
  /** How many were played before the first one that showed it. */
  readonly after: number
}

/** Plays schedules until one shows what does not hold; `shrink`: and makes that one as short as it can. */
export async function search(
  schedules: fc.Arbitrary<Schedule>,
  surroundings: Surroundings,
  { runs, ...where }: Choice,
  shrink = true,
): Promise<Finding | undefined> {
  const property = fc.asyncProperty(schedules, async (schedule) => {
    await breathe()
    const { violation } = await play(schedule, surroundings)
    if (violation) throw violation
  })
  const details = await fc.check(property, { numRuns: runs, endOnFailure: !shrink, ...where })
  if (!details.failed) return undefined
  const { counterexample, errorInstance, seed, counterexamplePath, numRuns } = details
  const [schedule] = counterexample ?? []
  if (!schedule || !(errorInstance instanceof Error)) throw new Error('The search broke off', { cause: errorInstance })
  return { what: errorInstance, schedule, seed, path: counterexamplePath ?? '', after: numRuns }
}

/** A finding in words: what it is, the schedule as an example, and how to see it again. */
export function tell({ what, schedule, seed, path, after }: Finding, test: string): string {
  return [
    what.message,
    '',
    `Found with seed ${seed} after ${after} schedules, and made as short as it gets. To keep it, add to packages/client/test/model/examples.ts:`,
    '',
    `  ${JSON.stringify(what.message)}: ${JSON.stringify(schedule)},`,
    '',
    'To see it again:',
    '',
    `  MODEL_SEED=${seed} MODEL_PATH=${path} pnpm test packages/client/test/model/${test}`,
    '',
  ].join('\n')
}

/** Plays schedules, and throws what it finds, in words. */
export async function holds(
  test: string,
  schedules: fc.Arbitrary<Schedule>,
  surroundings: Surroundings,
  chosen: Choice,
): Promise<void> {
  const finding = await search(schedules, surroundings, chosen)
  if (finding) throw new Error(tell(finding, test), { cause: finding.what })
}

/** The reference server at the end of the way, and these properties demanded; a mutant may put itself in the place of either end. */
export const reference = (
  properties: readonly Property[],
  server?: (real: ReferenceServer) => Partial<ReferenceServer>,
  protocol: (real: Protocol) => Protocol = (real) => real,
): Surroundings => ({
  properties,
  sumOf,
  connect(schedule, clock) {
    const far = referenceFarEnd(schedule, sumOf, clock, server)
    return Object.assign(far, { protocol: protocol(far.protocol) })
  },
})
