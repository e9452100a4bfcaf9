import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UploadError, type ErrorCode } from './errors.ts'
import { defaultRetry, readRetryAfter, retryIn, type Circumstances } from './retry.ts'

const calm: Circumstances = { attempt: 0, unread: 0, stuckMs: 0, online: true, random: 0.5 }
const after = (code: ErrorCode, circumstances: Partial<Circumstances> = {}, retryAfterMs?: number) =>
  retryIn(new UploadError(code, '', { retryAfterMs }), { ...calm, ...circumstances }, defaultRetry)

describe('the delay', () => {
  test('grows exponentially with full jitter above a floor, up to a cap (F12)', () => {
    expect(after('network', { random: 0 })).toBe(250)
    expect(after('network')).toBe(750)
    expect(after('network', { attempt: 3 })).toBe(4250)
    expect(after('network', { attempt: 30, random: 0.999 })).toBe(60_000)
  })

  test('is never under the floor nor over the cap (I12)', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 1000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, random) => {
          const delay = after('server', { attempt, random })
          expect(delay).toBeGreaterThanOrEqual(defaultRetry.floorMs)
          expect(delay).toBeLessThanOrEqual(defaultRetry.capMs)
        },
      ),
    )
  })

  test('is what the server asked for, within ten minutes (F13)', () => {
    expect(after('throttled', {}, 5000)).toBe(5000)
    expect(after('throttled', {}, 0)).toBe(250)
    expect(after('throttled', {}, 1e12)).toBe(600_000)
  })
})

describe('giving up', () => {
  test('takes ten attempts and ten minutes without progress, whichever is later', () => {
    expect(after('network', { attempt: 9, stuckMs: 599_999 })).toBeTypeOf('number')
    expect(after('network', { attempt: 8, stuckMs: 600_000 })).toBeTypeOf('number')
    expect(after('network', { attempt: 9, stuckMs: 600_000 })).toBeUndefined()
  })

  test('offline spends nothing (F27)', () => {
    expect(after('network', { online: false, attempt: 99, stuckMs: 1e9 })).toBe(Infinity)
    expect(after('rejected', { online: false })).toBeUndefined()
  })

  test('an answer that cannot be read is not read a fourth time (F21)', () => {
    expect(after('malformed', { attempt: 9, unread: 1 })).toBeTypeOf('number')
    expect(after('malformed', { attempt: 2, unread: 2 })).toBeUndefined()
  })

  test.each([
    'rejected',
    'refused',
    'checksum',
    'gone',
    'rewound',
    'unconfirmed',
    'internal',
    'too-large',
    'redirected',
  ] as const)('%s is final at once (F19)', (code) => expect(after(code)).toBeUndefined())
})

test.each([
  ['unauthorized', 'auth'],
  ['file-changed', 'file'],
  ['file-gone', 'file'],
  ['file-mismatch', 'file'],
  ['file-needed', 'file'],
] as const)('%s pauses: %s', (code, reason) => expect(after(code)).toBe(reason))

describe('Retry-After', () => {
  const now = Date.UTC(2026, 0, 1)
  test.each([
    ['120', undefined, 120_000],
    ['0', undefined, 0],
    ['  7 ', undefined, 7000],
    ['Thu, 01 Jan 2026 00:00:30 GMT', undefined, 30_000],
    ['Wed, 31 Dec 2025 23:00:00 GMT', undefined, 0],
    // A local clock that is wrong by years does not matter where the answer is dated.
    ['Sun, 01 Jan 2040 00:00:09 GMT', 'Sun, 01 Jan 2040 00:00:00 GMT', 9000],
    ['999999999', undefined, 600_000],
    ['Fri, 01 Jan 2027 00:00:00 GMT', undefined, 600_000],
    ['-5', undefined, undefined],
    ['1e3', undefined, undefined],
    ['soon', undefined, undefined],
    ['', undefined, undefined],
    [undefined, undefined, undefined],
  ])('%j of %j is %j ms (F13)', (value, date, expected) => {
    expect(readRetryAfter(value, date, now)).toBe(expected)
  })
})
