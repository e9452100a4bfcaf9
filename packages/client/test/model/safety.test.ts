import { beforeAll, describe, test, vi } from 'vitest'
import { examples } from './examples.ts'
import { surround } from './platform.ts'
import { choice, forever, holds, perProperty, reference } from './run.ts'
import { anything } from './schedule.ts'
import { play } from './world.ts'

beforeAll(() => surround(vi.stubGlobal))

describe('safety: whatever people, pages, network and server do', () => {
  test(
    'the client keeps its rules and does no harm (I01, I02, I03, I05, I06, I08, I09, I11, I12; F01, F02, F03, F04, F05, F09, F11, F12, F17, F20, F21, F23, F27, F31, F32, F45, F60, F61, F62, F67, F87)',
    () => holds('safety.test.ts', anything, reference(['safety']), choice(perProperty)),
    forever,
  )

  test.each(Object.entries(examples))('%s', async (_, schedule) => {
    const { violation } = await play(schedule, reference(['safety', 'thrift', 'liveness']))
    if (violation) throw violation
  })
})
