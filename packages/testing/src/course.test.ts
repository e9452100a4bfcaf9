import { expect, test } from 'vitest'
import { courseOf, type Course } from './course.ts'
import type { Fault } from './script.ts'

const straight = courseOf({ fault: 'ok' })

test('nothing becomes of a request by itself', () => {
  expect(straight).toEqual({
    waitMs: 0,
    forgotten: false,
    arrives: 1,
    bytesPerSecond: Infinity,
    upTo: Infinity,
    turned: undefined,
    heldFor: undefined,
    downMs: undefined,
    answerWaitMs: 0,
    answer: 'given',
  })
})

test.each<[Fault, Partial<Course>]>([
  [{ fault: 'drop' }, { arrives: 0, answer: 'lost' }],
  [
    { fault: 'cut', after: 5 },
    { upTo: 5, answer: 'lost' },
  ],
  [{ fault: 'lost' }, { answer: 'lost' }],
  [{ fault: 'duplicate' }, { arrives: 2 }],
  [{ fault: 'delay', ms: 7 }, { waitMs: 7 }],
  [{ fault: 'delay', ms: 7, what: 'answer' }, { answerWaitMs: 7 }],
  [{ fault: 'slow', bytesPerSecond: 9 }, { bytesPerSecond: 9 }],
  [{ fault: 'late' }, { heldFor: 1, answer: 'lost' }],
  [
    { fault: 'late', before: 3 },
    { heldFor: 3, answer: 'lost' },
  ],
  [{ fault: 'corrupt', byte: 4 }, { turned: 4 }],
  [{ fault: 'gone' }, { forgotten: true }],
  [
    { fault: 'kill', after: 5, ms: 8 },
    { upTo: 5, downMs: 8, answer: 'lost' },
  ],
  [
    { fault: 'status', status: 503 },
    { arrives: 0, answer: { status: 503, headers: {}, body: '' } },
  ],
  [
    { fault: 'status', status: 429, headers: { 'Retry-After': '3' }, body: { detail: 'no' } },
    {
      arrives: 0,
      answer: {
        status: 429,
        headers: { 'Content-Type': 'application/json', 'Retry-After': '3' },
        body: '{"detail":"no"}',
      },
    },
  ],
  [
    { fault: 'status', status: 200, body: '<p>' },
    { arrives: 0, answer: { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<p>' } },
  ],
  [
    { fault: 'status', status: 204, body: 'x' },
    { arrives: 0, answer: { status: 204, headers: {}, body: '' } },
  ],
])('%j', (fault, changed) => {
  expect(courseOf(fault)).toEqual({ ...straight, ...changed })
})

test('html is a page that calls itself a success', () => {
  expect(courseOf({ fault: 'html' })).toMatchObject({
    arrives: 0,
    answer: { status: 200, headers: { 'Content-Type': 'text/html' }, body: expect.stringContaining('<!doctype html>') },
  })
})
