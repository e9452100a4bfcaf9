import { expect, onTestFinished, test } from 'vitest'
import { beginPace, halve } from './chunk-size.ts'
import { shareLimit } from './learnt-limit.ts'

test('F15 what was learnt on a page is there when it has been left', () => {
  const endpoint = 'https://limited.example/api/uploads/'
  const name = 'chunkwise limit https://limited.example'
  onTestFinished(() => localStorage.removeItem(name))
  const way = { pace: beginPace('auto') }
  shareLimit(way, endpoint, Date.now())
  way.pace = halve(way.pace, 1024 ** 2) ?? way.pace
  dispatchEvent(new PageTransitionEvent('pagehide'))
  expect(localStorage.getItem(name)).toMatch(/^524288 \d+$/)
})
