import { createPlay, readScript } from '@chunkwise/testing'
import { expect, test } from 'vitest'

import { untilOff } from './state.ts'
import { choiceIn, entryOf, switchNames } from './switch-entries.ts'

test.each(switchNames)('what the switch "%s" asks for is an entry of a fault script', (name) => {
  expect(readScript([entryOf(name, 1000, untilOff)])).toHaveLength(1)
})

test.each(switchNames)('the switch "%s" meets a chunk, and only as often as was said', (name) => {
  const play = createPlay([entryOf(name, 1000, 2)])
  const chunk = { method: 'PUT', kind: 'append' } as const
  const met = [1, 2, 3].map(() => play.next(chunk).fault !== 'ok')
  expect(met).toEqual([true, true, false])
})

test('what was chosen beside a switch is in its entry', () => {
  expect(entryOf('cut', 300_000, 1)).toEqual({ fault: 'cut', after: 300_000, on: 'append', times: 1 })
  expect(entryOf('busy', 3, 1)).toMatchObject({ status: 503, headers: { 'Retry-After': '3' } })
})

test.each(switchNames)('what was chosen beside the switch "%s" can be told from its entry', (name) => {
  const hasValue = name !== 'lost' && name !== 'expire'
  expect(choiceIn(entryOf(name, 7, 3))).toEqual({ value: hasValue ? 7 : 0, times: 3 })
})
