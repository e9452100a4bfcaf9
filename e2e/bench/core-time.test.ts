import { expect, test } from 'vitest'
import { shareOfOthers } from './core-time.ts'

test('what the cores did besides our own work is the share of others', () => {
  expect(shareOfOthers({ busy: 100, all: 500 }, { busy: 115, all: 520 }, 10)).toBe(0.25)
})

test('a counter that lags behind our own makes no negative share', () => {
  expect(shareOfOthers({ busy: 100, all: 500 }, { busy: 109, all: 520 }, 10)).toBe(0)
})
