import { asCount, readDictionary, readItem } from './structured.ts'

// The fields of draft-ietf-httpbis-resumable-upload, read and written: `readFlag`/`writeFlag` (`Upload-Complete`),
// `readInteger` (`Upload-Offset`, `Upload-Length`, `Upload-Draft-Interop-Version`; written as plain numbers),
// `readUploadLimit`/`writeUploadLimit`, `readIetfProblem`/`writeIetfProblem`. Digests are in digest-fields.ts. What is
// malformed is as good as absent, as the draft wants it: readers give `undefined`, none throws.

/** Content type of the bytes in an append (draft, "Upload Append"). */
export const partialUploadType = 'application/partial-upload'

/** Reads `Upload-Complete`, a Boolean: `?1` or `?0`. */
export function readFlag(text: string | null | undefined): boolean | undefined {
  const item = readItem(text)
  return item === '?1' ? true : item === '?0' ? false : undefined
}

/** Writes `Upload-Complete`. */
export const writeFlag = (flag: boolean): string => (flag ? '?1' : '?0')

/** Reads an Integer of at least 0: `Upload-Offset`, `Upload-Length`, `Upload-Draft-Interop-Version`. */
export const readInteger = (text: string | null | undefined): number | undefined => asCount(readItem(text))

/** What a server bears. Sizes in bytes; `maxAge` in seconds from now. Absent: no limit is known. */
export interface UploadLimit {
  readonly maxSize?: number
  readonly minSize?: number
  /** Greatest body of one append. */
  readonly maxAppendSize?: number
  /** Least body of an append that does not complete the upload. */
  readonly minAppendSize?: number
  /** How long the upload is kept. */
  readonly maxAge?: number
}

const limits = {
  'max-size': 'maxSize',
  'min-size': 'minSize',
  'max-append-size': 'maxAppendSize',
  'min-append-size': 'minAppendSize',
  'max-age': 'maxAge',
} as const

/**
 * Reads `Upload-Limit`. Unknown keys are passed over; a known one that is no whole number voids the whole field.
 *
 * @example
 * readUploadLimit('max-size=1000, max-age=60') // { maxSize: 1000, maxAge: 60 }
 */
export function readUploadLimit(text: string | null | undefined): UploadLimit | undefined {
  const members = readDictionary(text)
  if (!members || members.size === 0) return undefined
  const found: { -readonly [Name in keyof UploadLimit]: UploadLimit[Name] } = {}
  for (const [key, name] of Object.entries(limits)) {
    const item = members.get(key)
    if (item === undefined) continue
    const count = asCount(item)
    if (count === undefined) return undefined
    found[name] = count
  }
  return found
}

/** Writes `Upload-Limit`; without any limit `min-size=0`, since the field must not be empty. */
export function writeUploadLimit(limit: UploadLimit): string {
  const members = Object.entries(limits).flatMap(([key, name]) => {
    const value = limit[name]
    return value === undefined ? [] : `${key}=${value}`
  })
  return members.length > 0 ? members.join(', ') : 'min-size=0'
}

/** A problem of resumable uploads (RFC 9457), as far as the draft names it. */
export type IetfProblem =
  | { readonly kind: 'mismatching-upload-offset'; readonly expected?: number; readonly provided?: number }
  | { readonly kind: 'inconsistent-upload-length' | 'completed-upload' }

const registry = 'https://iana.org/assignments/http-problem-types#'
const known = /#(mismatching-upload-offset|inconsistent-upload-length|completed-upload)$/

/** The body of a problem: to be sent as `application/problem+json` with its `status`. */
export function writeIetfProblem(problem: IetfProblem, title: string, status: number): Record<string, string | number> {
  const body = { type: registry + problem.kind, title, status }
  if (problem.kind !== 'mismatching-upload-offset') return body
  const { expected, provided } = problem
  return {
    ...body,
    ...(expected === undefined ? {} : { 'expected-offset': expected }),
    ...(provided === undefined ? {} : { 'provided-offset': provided }),
  }
}

/** Reads the body of a problem, parsed from JSON; `undefined` for one that the draft does not name. */
export function readIetfProblem(body: unknown): IetfProblem | undefined {
  const member = (name: string): unknown =>
    typeof body === 'object' && body !== null ? Object.entries(body).find(([key]) => key === name)?.[1] : undefined
  const kind = known.exec(String(member('type')))?.[1]
  const count = (name: string): number | undefined => {
    const value = member(name)
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
  }
  if (kind === 'inconsistent-upload-length' || kind === 'completed-upload') return { kind }
  if (kind !== 'mismatching-upload-offset') return undefined
  const expected = count('expected-offset')
  const provided = count('provided-offset')
  return {
    kind,
    ...(expected === undefined ? {} : { expected }),
    ...(provided === undefined ? {} : { provided }),
  }
}
