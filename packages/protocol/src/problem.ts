/**
 * What can go wrong between client and server, in one vocabulary. Dialects say it their own way (drf-chunked-upload says
 * nearly everything with 400); this is what our server means, and what it says where a dialect has no word of its own.
 */
export type ProblemCode =
  | 'malformed'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'method-not-allowed'
  | 'not-acceptable'
  | 'incomplete-body'
  | 'offset-mismatch'
  | 'completed'
  | 'checksum-mismatch'
  | 'gone'
  | 'too-large'
  | 'unsupported-media-type'
  | 'locked'
  | 'too-many-requests'
  | 'internal'
  | 'unavailable'
  | 'storage-full'

/** The HTTP status of each code (RFC 9110; 423 RFC 4918, 429 RFC 6585, 507 RFC 4918). */
export const problemStatus: Readonly<Record<ProblemCode, number>> = {
  malformed: 400,
  'incomplete-body': 400,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  'not-acceptable': 406,
  'offset-mismatch': 409,
  completed: 409,
  'checksum-mismatch': 409,
  gone: 410,
  'too-large': 413,
  'unsupported-media-type': 415,
  locked: 423,
  'too-many-requests': 429,
  internal: 500,
  unavailable: 503,
  'storage-full': 507,
}

/** A problem as it crosses the wire: a JSON body after RFC 9457, whose `code` is ours. */
export interface Problem {
  readonly code: ProblemCode
  /** A fixed text that echoes nothing of the request. */
  readonly detail: string
  /** Where the server stands, in bytes: with `offset-mismatch`. */
  readonly offset?: number
}

const isCode = (value: unknown): value is ProblemCode =>
  typeof value === 'string' && Object.hasOwn(problemStatus, value)

/** The body of an answer that reports a problem. */
export function writeProblem({ code, detail, offset }: Problem): Record<string, string | number> {
  const body = { title: code.replaceAll('-', ' '), status: problemStatus[code], code, detail }
  return offset === undefined ? body : { ...body, offset }
}

/** Reads such a body; `undefined` for anything that is not one of ours. */
export function readProblem(body: unknown): Problem | undefined {
  if (typeof body !== 'object' || body === null || !('code' in body) || !isCode(body.code)) return undefined
  const detail = 'detail' in body && typeof body.detail === 'string' ? body.detail : ''
  const offset = 'offset' in body ? body.offset : undefined
  if (typeof offset !== 'number' || !Number.isSafeInteger(offset) || offset < 0) return { code: body.code, detail }
  return { code: body.code, detail, offset }
}
