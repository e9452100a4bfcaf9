import { beforeAll, test, vi } from 'vitest'
import { surround } from './platform.ts'
import { choice, forever, holds, perProperty, reference } from './run.ts'
import { harmless } from './schedule.ts'

beforeAll(() => surround(vi.stubGlobal))

test(
  'thrift: where nothing is destroyed, what arrives is of use, no confirmed byte goes out again, and there is one creation (I04, I06; F02, F03, F33, F62)',
  () => holds('thrift.test.ts', harmless, reference(['thrift']), choice(perProperty)),
  forever,
)
