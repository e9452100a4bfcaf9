import type { Fault } from '@chunkwise/testing'
import { expect, test } from 'vitest'

import { barsInWords, barsOf, mostBars } from './bars.ts'
import type { LabRequest } from './state.ts'

const request = (more: Partial<LabRequest> = {}): LabRequest => ({
  ...{ number: 1, method: 'PUT', kind: 'append', range: { start: 1_000_000, end: 2_000_000 }, began: 0, ended: 100 },
  ...{ fault: { fault: 'ok' }, status: 200, outcome: 'answered' },
  ...more,
})
const outcome = (more: Partial<LabRequest>): string => {
  const [bar] = barsOf([request(more)], 200)
  return `${bar?.outcome}: ${bar?.tone}`
}

test('a bar says what the request was for, what it carried, from when to when, and how it ended', () => {
  const asked = request({ number: 2, kind: 'offset', range: undefined, began: 150, ended: 200 })
  expect(barsOf([request(), asked], 300)).toEqual([
    {
      ...{ number: 1, kind: 'append', name: 'chunk', range: '1 MB – 2 MB' },
      from: 0,
      to: 0.5,
      outcome: '200',
      tone: 'good',
    },
    { ...{ number: 2, kind: 'offset', name: 'how far?', range: '' }, from: 0.75, to: 1, outcome: '200', tone: 'good' },
  ])
})

test('one that is under way grows up to now', () => {
  const open = request({ began: 100, ended: undefined, outcome: undefined, status: undefined })
  expect(barsOf([request(), open], 200).at(-1)).toMatchObject({ from: 0.5, to: 1, outcome: 'under way', tone: 'open' })
})

test('the newest are shown, and time begins with the first of them', () => {
  const many = Array.from({ length: mostBars + 5 }, (_, at) => request({ number: at + 1, began: at, ended: at + 1 }))
  const bars = barsOf(many, 0)
  expect(bars).toHaveLength(mostBars)
  expect(bars[0]).toMatchObject({ number: 6, from: 0 })
})

test.each<[Fault, Partial<LabRequest>, string]>([
  [{ fault: 'cut', after: 5 }, { outcome: 'broken' }, 'cut: hit'],
  [{ fault: 'lost' }, { outcome: 'broken' }, 'answer lost: hit'],
  [{ fault: 'kill', after: 5, ms: 5 }, { outcome: 'broken' }, 'server killed: hit'],
  [{ fault: 'status', status: 503 }, { status: 503 }, '503 busy: hit'],
  [{ fault: 'gone' }, { status: 404 }, 'expired, 404: hit'],
  [{ fault: 'delay', ms: 5 }, {}, 'stalled, 200: hold'],
  [{ fault: 'slow', bytesPerSecond: 5 }, {}, 'slow, 200: quiet'],
  [{ fault: 'slow', bytesPerSecond: 5 }, { outcome: undefined }, 'slow, under way: open'],
  [{ fault: 'ok' }, { outcome: 'down', status: undefined }, 'no server: hold'],
  [{ fault: 'ok' }, { outcome: 'left', status: undefined }, 'left by the page: quiet'],
  [{ fault: 'ok' }, { outcome: 'broken', status: undefined }, 'no answer: hold'],
  [{ fault: 'ok' }, { status: 409 }, '409: hold'],
])('%j is said', (fault, more, words) => {
  expect(outcome({ fault, ...more })).toBe(words)
})

test('who does not see the picture is told what it comes to', () => {
  expect(barsInWords([])).toBe('No request yet')
  const cut = request({ fault: { fault: 'cut', after: 5 }, outcome: 'broken' })
  expect(barsInWords([request()])).toBe('1 request, 1 answered, 0 met by a fault')
  expect(barsInWords([request(), cut])).toBe('2 requests, 1 answered, 1 met by a fault')
})
