import type { Kind } from './kind.ts'
import type { Fault } from './script.ts'

/** One request: what was asked, what was done to it, what came of it. */
export interface LogEntry {
  /** From 1, in the order in which they were sent. */
  readonly number: number
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly method: string
  readonly url: string
  readonly kind: Kind
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  /** Bytes of the body, form and all. */
  readonly size: number
  readonly fault: Fault
  /** What the server answered each time the request got to it; empty if it never did. */
  readonly served: readonly number[]
  /** The status that whoever asked was given; `undefined` if no answer came, or none yet. */
  readonly answered: number | undefined
}

/**
 * One entry in a few words, for a test to compare: what it was for, its range, what was done to it, and its status if that
 * was no success.
 *
 * @example
 * tell(entry) // 'append 10-19/25 lost'
 */
export function tell({ kind, method, headers, fault, answered }: LogEntry): string {
  const range = headers['content-range']?.replace(/^bytes /, '')
  const done = fault.fault === 'ok' || fault.fault === 'status' ? undefined : fault.fault
  const refused = answered !== undefined && answered >= 300 ? answered : undefined
  return [kind === 'other' ? method : kind, range, done, refused].filter((word) => word !== undefined).join(' ')
}
