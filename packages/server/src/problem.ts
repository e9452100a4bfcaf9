import { problemStatus, type ProblemCode } from '@chunkwise/protocol'

/** What an {@link UploadProblem} may carry beside its code and text. */
export interface ProblemDetails {
  /** Where the session stands, in bytes: with `offset-mismatch`. */
  readonly offset?: number
  /** The offset that the request named instead. */
  readonly provided?: number
  /** How long to wait before the next try, in whole seconds: `Retry-After`. */
  readonly retryAfter?: number
  /** The way to sign in, for `WWW-Authenticate`: with `unauthorized`. */
  readonly challenge?: string
  /** What is malformed, where a dialect has a word for it: lengths that do not agree, or bytes beyond the last one. */
  readonly about?: 'length'
  /** A JSON body to answer with instead of the dialect's own, for hosts that refuse in their own words. */
  readonly answer?: unknown
  /** Another HTTP status than the one of the code. */
  readonly status?: number
  readonly cause?: unknown
}

/**
 * Anything that keeps a request from being answered with success. The dialects turn it into what their clients know;
 * hooks of the host throw it to refuse.
 *
 * @example
 * throw new UploadProblem('forbidden', 'Sign in with a paid account', { answer: { plan: ['too small'] } })
 */
export class UploadProblem extends Error {
  override readonly name = 'UploadProblem'
  readonly code: ProblemCode
  readonly details: ProblemDetails

  constructor(code: ProblemCode, detail: string, details: ProblemDetails = {}) {
    super(detail, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.details = details
  }

  /** The HTTP status that fits the problem, before a dialect has its say. */
  get status(): number {
    return this.details.status ?? problemStatus[this.code]
  }
}

/** Whether an error is a problem, of one of these codes if any are named. */
export function isProblem(error: unknown, ...codes: readonly ProblemCode[]): error is UploadProblem {
  return error instanceof UploadProblem && (codes.length === 0 || codes.includes(error.code))
}

const problems = new WeakMap<Response, ProblemCode>()

/** Remembers what is wrong in an answer that a dialect has put into its own words. */
export function noteProblem(response: Response, code: ProblemCode): Response {
  problems.set(response, code)
  return response
}

/** What an answer says is wrong; `undefined` for a success. */
export const problemIn = (response: Response): ProblemCode | undefined => problems.get(response)
