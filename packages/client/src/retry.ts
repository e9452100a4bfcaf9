import type { ErrorCode, UploadError } from './errors.ts'
import type { PauseReason } from './machine.ts'
import type { Clock, Reply } from './types.ts'

/** When to try again, and when to give up. Durations are milliseconds. */
export interface RetryPolicy {
  /** Given up after this many attempts without progress … */
  readonly attempts: number
  /** … and this long without progress, whichever is later. */
  readonly patienceMs: number
  /** Attempts are at least this far apart. */
  readonly floorMs: number
  readonly baseMs: number
  readonly capMs: number
}

export const defaultRetry: RetryPolicy = {
  attempts: 10,
  patienceMs: 10 * 60_000,
  floorMs: 250,
  baseMs: 1_000,
  capMs: 60_000,
}

/** What the decision depends on besides the error. */
export interface Circumstances {
  /** Failures since the last progress, this one not counted. */
  readonly attempt: number
  /** Answers in a row that could not be read, this one not counted. */
  readonly unread: number
  /** Milliseconds since the last progress. */
  readonly stuckMs: number
  readonly online: boolean
  /** From 0 up to, but not including, 1. */
  readonly random: number
}

type Pause = Exclude<PauseReason, 'user'>

// What follows an error: another attempt, at once when the network is back if that is what was missing, or a pause. After any other the upload has failed.
const sequel: { readonly [C in ErrorCode]?: 'again' | 'online' | Pause } = {
  network: 'online',
  timeout: 'online',
  blocked: 'online',
  server: 'again',
  throttled: 'again',
  locked: 'again',
  conflict: 'again',
  malformed: 'again',
  'file-unreadable': 'again',
  unauthorized: 'auth',
  'file-needed': 'file',
  'file-changed': 'file',
  'file-gone': 'file',
  'file-mismatch': 'file',
  busy: 'tab',
}

/** A server may ask for this much patience, and no more. */
const longestRetryAfterMs = 10 * 60_000

/** An answer that cannot be read is not read a fourth time (F21). */
const mostMalformed = 3

/**
 * What follows a failure: milliseconds until the next attempt, `Infinity` while offline, the reason of a pause, or
 * `undefined` to give up. Back-off is exponential with full jitter above the floor; `Retry-After` wins, within ten minutes.
 *
 * @example
 * retryIn(new UploadError('network', 'Cannot reach …'), { attempt: 0, unread: 0, stuckMs: 0, online: true, random: 0.5 }, defaultRetry)
 * // 750
 */
export function retryIn(
  error: UploadError,
  { attempt, unread, stuckMs, online, random }: Circumstances,
  policy: RetryPolicy,
): number | Pause | undefined {
  const next = sequel[error.code]
  if (next !== 'online' && next !== 'again') return next
  if (next === 'online' && !online) return Infinity
  if (error.code === 'malformed' && unread + 1 >= mostMalformed) return undefined
  if (attempt + 1 >= policy.attempts && stuckMs >= policy.patienceMs) return undefined
  if (error.retryAfterMs !== undefined) {
    return Math.min(Math.max(error.retryAfterMs, policy.floorMs), longestRetryAfterMs)
  }
  const ceiling = Math.min(policy.capMs, policy.baseMs * 2 ** attempt)
  return Math.min(policy.floorMs + ceiling * random, policy.capMs)
}

/**
 * Reads `Retry-After` (RFC 9110 section 10.2.3) in both forms, as milliseconds. The date form is measured against the
 * answer's own `Date`, not against the local clock, which may be wrong by years. `undefined` for anything else.
 */
export function readRetryAfter(value: string | undefined, date: string | undefined, now: number): number | undefined {
  const text = value?.trim() ?? ''
  if (/^\d{1,9}$/.test(text)) return Math.min(Number(text) * 1000, longestRetryAfterMs)
  // Only a date has letters; Date.parse would read "-5" and "1e3" as years.
  const wait = /^[a-z]{3}/i.test(text) ? Date.parse(text) - (Date.parse(date ?? '') || now) : Number.NaN
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), longestRetryAfterMs)
}

/** How long an answer asks to be left alone, in milliseconds; `undefined` if it does not. */
export const retryAfterOf = (reply: Reply, clock: Clock): number | undefined =>
  readRetryAfter(reply.header('Retry-After'), reply.header('Date'), clock.now())
