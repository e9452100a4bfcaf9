import type { Schedule } from './schedule.ts'

const calm = { chunk: 4, first: true, settleMs: 0, script: [], happenings: [], seed: 1 } as const

/** Courses of things that were wrong once, or that chance takes long to find. */
export const examples: Readonly<Record<string, Schedule>> = {
  'a file without bytes': { ...calm, size: 0 },
  'three failures, of which only the last is an answer that cannot be read': {
    ...calm,
    size: 0,
    script: ['late', 'html', { fault: 'status', status: 200, body: { offset: '12abc' } }],
  },
  'a page that goes on from a record, and is paused before it has seen it': {
    ...calm,
    size: 16,
    script: ['drop', { fault: 'status', status: 200, body: { offset: '12abc' }, on: 'complete' }],
    happenings: [
      { afterMs: 3_000, what: 'add' },
      { afterMs: 0, what: 'pause' },
    ],
    seed: 180_453_095,
  },
  'a creation that is cut in the midst of its chunk': { ...calm, size: 8, script: [{ fault: 'cut', after: 1 }] },
  'bytes that change on the way, twice': {
    ...calm,
    size: 12,
    script: [
      { fault: 'corrupt', byte: 1, on: 'append' },
      { fault: 'ok', on: 'append' },
      { fault: 'corrupt', byte: 1, on: 'append' },
    ],
  },
  'a server that goes back again and again': {
    ...calm,
    size: 12,
    script: [{ fault: 'delay', ms: 3_000, what: 'answer', on: 'append', times: 9 }],
    happenings: Array.from({ length: 5 }, () => ({ afterMs: 3_000, what: 'roll' as const, bytes: 1 })),
  },
  'a session that is gone at each chunk': { ...calm, size: 12, script: [{ fault: 'gone', on: 'append', times: 5 }] },
  'a finish whose answer is lost, a page that is closed, and a server that is slow': {
    ...calm,
    size: 12,
    script: [
      { fault: 'lost', on: 'complete' },
      { fault: 'status', status: 503, on: 'offset', times: 3 },
    ],
    happenings: [{ afterMs: 3_000, what: 'restore' }],
  },
  'F62 a page that is closed before it has read the file, after another that was': {
    ...calm,
    size: 1,
    happenings: [
      { afterMs: 0, what: 'add' },
      { afterSteps: 0, what: 'add' },
    ],
    seed: 8,
  },
  'F62 the same, after one that was closed as its creation was answered': {
    ...calm,
    size: 6,
    chunk: 2,
    first: false,
    happenings: [
      { afterSteps: 20, what: 'add' },
      { afterSteps: 0, what: 'add' },
    ],
    seed: 58,
  },
  'F62 the same, after one that was closed in mid-upload': {
    ...calm,
    size: 6,
    chunk: 2,
    first: false,
    happenings: [
      { afterSteps: 32, what: 'add' },
      { afterSteps: 0, what: 'add' },
    ],
    seed: 59,
  },
  'a finish that is refused for want of credentials': { ...calm, size: 0, renews: true, script: ['ok', 401] },
  'F04 a chunk that goes on arriving while its upload is paused and resumed': {
    ...calm,
    size: 12,
    script: ['ok', { fault: 'slow', bytesPerSecond: 1 }],
    happenings: [{ afterMs: 3_000, what: 'pause' }],
  },
  'a server that is killed in the midst of each chunk': {
    ...calm,
    size: 12,
    script: [{ fault: 'kill', after: 2, ms: 5_000, on: 'append', times: 3 }],
  },
  'F67 two pages with the same file, one of which gives up': {
    ...calm,
    size: 12,
    happenings: [
      { afterSteps: 20, what: 'beside' },
      { afterSteps: 27, what: 'cancel' },
    ],
  },
}
