import { expect, test } from 'vitest'

import { mostRequests } from '../../src/lab/state.ts'
import { createRequestLog } from './request-log.ts'

const chunk = { method: 'PUT', kind: 'append', range: { start: 0, end: 10 }, fault: { fault: 'ok' } } as const

test('a request is written down when it comes, and again when it has ended', () => {
  let now = 1000
  let changes = 0
  const log = createRequestLog(
    () => (changes += 1),
    () => now,
  )
  const end = log.begin(chunk)
  expect(log.requests).toMatchObject([{ ...chunk, number: 1, began: 1000, ended: undefined, outcome: undefined }])
  now = 1500
  end({ outcome: 'answered', status: 200 })
  expect(log.requests).toMatchObject([{ began: 1000, ended: 1500, outcome: 'answered', status: 200 }])
  expect(changes).toBe(2)
})

test('the first word on how it ended is the last', () => {
  const log = createRequestLog(() => {})
  const end = log.begin(chunk)
  end({ outcome: 'broken' })
  end({ outcome: 'left' })
  expect(log.requests[0]?.outcome).toBe('broken')
})

test('those that have ended can be forgotten, and counting goes on', () => {
  const log = createRequestLog(() => {})
  log.begin(chunk)({ outcome: 'broken' })
  log.begin(chunk)
  log.clear()
  expect(log.requests.map(({ number }) => number)).toEqual([2])
  log.begin(chunk)
  expect(log.requests.map(({ number }) => number)).toEqual([2, 3])
})

test('no more are remembered than a page can show', () => {
  const log = createRequestLog(() => {})
  for (let at = 0; at <= mostRequests; at += 1) log.begin(chunk)
  expect(log.requests).toHaveLength(mostRequests)
  expect(log.requests[0]?.number).toBe(2)
})
