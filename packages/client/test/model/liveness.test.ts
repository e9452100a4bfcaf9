import { beforeAll, test, vi } from 'vitest'
import { surround } from './platform.ts'
import { choice, forever, holds, perProperty, reference } from './run.ts'
import { trying } from './schedule.ts'

beforeAll(() => surround(vi.stubGlobal))

test(
  'liveness: when the faults stop the upload arrives, or fails for what they forced, in no more requests than they cost (I07; F09, F11, F12, F17, F20, F27)',
  () => holds('liveness.test.ts', trying, reference(['liveness']), choice(perProperty)),
  forever,
)
