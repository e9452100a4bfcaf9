import { expect, test } from 'vitest'

import { untilOff } from '../../src/lab/state.ts'
import { createSwitchboard } from './switchboard.ts'

const append = { method: 'PUT', kind: 'append' } as const
const question = { method: 'GET', kind: 'offset' } as const

test('nothing is on at first, and all goes well', () => {
  const board = createSwitchboard()
  expect(board.next(append)).toEqual({ fault: 'ok' })
  expect(board.on).toEqual({})
})

test('a fault meets the requests it is meant for, so often as was said, and is off then', () => {
  const board = createSwitchboard()
  const entry = { fault: 'lost', on: 'append', times: 2 }
  board.switchOn('lost', entry)
  expect(board.next(question)).toEqual({ fault: 'ok' })
  expect(board.next(append)).toEqual({ fault: 'lost' })
  expect(board.on).toEqual({ lost: { entry, left: 1 } })
  expect(board.next(append)).toEqual({ fault: 'lost' })
  expect(board.on).toEqual({})
  expect(board.next(append)).toEqual({ fault: 'ok' })
})

test('what stays on does so until it is switched off', () => {
  const board = createSwitchboard()
  board.switchOn('html', { fault: 'html', times: untilOff })
  for (let at = 0; at < 100; at += 1) expect(board.next(append)).toEqual({ fault: 'html' })
  board.switchOff('html')
  expect(board.next(append)).toEqual({ fault: 'ok' })
})

test('a fault for the next request goes before one that stays, and a later one before an earlier one', () => {
  const board = createSwitchboard()
  board.switchOn('lost', 'lost')
  board.switchOn('slow', { fault: 'slow', bytesPerSecond: 1, times: untilOff })
  board.switchOn('html', { fault: 'html', times: untilOff })
  expect([1, 2].map(() => board.next(append).fault)).toEqual(['lost', 'html'])
  // Switched on once more, it is the later one.
  board.switchOn('slow', { fault: 'slow', bytesPerSecond: 1, times: untilOff })
  expect(board.next(append).fault).toBe('slow')
})

test('what is no fault is refused, and what was on stays on', () => {
  const board = createSwitchboard()
  board.switchOn('cut', { fault: 'cut', after: 1 })
  expect(() => board.switchOn('cut', { fault: 'cut' })).toThrow('expected "after" to be a number of bytes')
  expect(board.next(append)).toEqual({ fault: 'cut', after: 1 })
})
