import { createHash } from 'node:crypto'
import { beforeAll, describe, test, vi } from 'vitest'
import { enlarged } from './enlarged.ts'
import { examples } from './examples.ts'
import { surround } from './platform.ts'
import { contenders, heldBy, type Contender } from './protocols.ts'
import { choice, forever, holds } from './run.ts'
import { anything, type Schedule } from './schedule.ts'
import { play, type Surroundings } from './world.ts'

beforeAll(() => surround(vi.stubGlobal, true))

/** Real servers take their time. */
const runs = 300

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

const surroundings = ({ connect, cannot, ends, effort, around }: Contender): Surroundings => ({
  ...{ properties: ['safety', 'liveness'], waived: Object.keys(cannot), ends: Object.keys(ends), effort, around },
  ...{ sumOf: md5, real: true, connect },
})

describe.each(contenders.map((contender) => [contender.name, contender] as const))(
  '%s against its server',
  (_, contender) => {
    const fit = (schedule: Schedule): Schedule => enlarged(schedule, contender)

    test(
      `what it can hold holds: ${heldBy(contender).join(', ')}`,
      () => holds('protocols.test.ts', anything.map(fit), surroundings(contender), choice(runs)),
      forever,
    )

    test.each(Object.entries(examples))('%s', async (_, schedule) => {
      const { violation } = await play(fit(schedule), surroundings(contender))
      if (violation) throw violation
    })
  },
)
