import { createHash } from 'node:crypto'
import { beforeAll, describe, test, vi } from 'vitest'
import { enlarged } from './enlarged.ts'
import { examples } from './examples.ts'
import { surround } from './platform.ts'
import { contenders, type Contender } from './protocols.ts'
import { choice, forever, holds } from './run.ts'
import { anything, type Schedule } from './schedule.ts'
import { play, type Surroundings } from './world.ts'

beforeAll(() => surround(vi.stubGlobal, true))

/** Real servers take their time. */
const runs = 500

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

const around = ({ connect, cannot, ends }: Contender): Surroundings => ({
  ...{ properties: ['safety', 'liveness'], waived: Object.keys(cannot), sumOf: md5, real: true, ends, connect },
})

describe.each(contenders)('$name, against its server', (contender) => {
  const fit = (schedule: Schedule): Schedule => enlarged(schedule, contender)

  test(
    'the model holds I01, I02, I05, I07, I08, I09, I11 and I12',
    () => holds('protocols.test.ts', anything.map(fit), around(contender), choice(runs)),
    forever,
  )

  test.each(Object.entries(examples))('%s', async (_, schedule) => {
    const { violation } = await play(fit(schedule), around(contender))
    if (violation) throw violation
  })
})
