/**
 * What a client may rely on in an upload object of the drf-chunked-upload family. Host projects add, drop and reorder
 * keys, and the m3hrdadfi fork answers a query with `id`, `file`, `offset` and `expires_at` only.
 */
export interface DrfUpload {
  /** UUID of the upload, in lower case. */
  readonly id?: string | undefined
  /** Absolute address of the upload; behind a proxy its scheme and host may be wrong. */
  readonly url?: string | undefined
  /** Bytes the server has accepted so far: where the next chunk starts. */
  readonly offset: number
  /** 1 while incomplete, 2 when complete; missing where the project left it out. */
  readonly status?: 1 | 2 | undefined
  /** Address of the stored bytes; `null` after a chunk means that the project lost them. */
  readonly file?: string | null | undefined
}

/** The checksum algorithms a server may be configured with, by the name of their form field. */
export type DrfChecksum = 'md5' | 'sha256'

/**
 * Reads an upload object: exactly what the schema `drfUpload` accepts, in a tenth of its bytes, for the browser.
 *
 * @throws SyntaxError that names the key which cannot be read.
 * @example
 * readDrfUpload({ id: '241aabc8-…', offset: 10, status: 1 }).offset // 10
 */
export function readDrfUpload(body: unknown): DrfUpload {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw unreadable('an object', body)
  const { id, url, offset, status, file } = body as { readonly [key in keyof DrfUpload]?: unknown }
  if (!isOffset(offset)) throw unreadable('"offset" as a whole number', offset)
  if (!isName(id)) throw unreadable('"id" as a text', id)
  if (!isName(url)) throw unreadable('"url" as a text', url)
  if (status !== undefined && status !== 1 && status !== 2) throw unreadable('"status" as 1 or 2', status)
  if (file !== undefined && file !== null && typeof file !== 'string') throw unreadable('"file" as a text', file)
  return { id, url, offset, status, file }
}

const isOffset = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0
const isName = (value: unknown): value is string | undefined =>
  value === undefined || (typeof value === 'string' && value !== '')
const unreadable = (expected: string, got: unknown): SyntaxError =>
  new SyntaxError(`Cannot read the upload object: expected ${expected}, got ${JSON.stringify(got)}`)

/** An error answer of the family, whatever its shape, in one shape. */
export interface DrfProblem {
  /** Every text of the answer, field names before theirs, joined: for people, and the constant ones for programs. */
  readonly text: string
  /** Where the server stands, if the answer is an offset mismatch (`expected_offset`; `offset` up to 0.5.1). */
  readonly expectedOffset?: number | undefined
  /** Names of the form fields that the server complained of. */
  readonly fields: readonly string[]
}

/**
 * Reads an error answer: `{detail: TEXT}`, `{detail: {FIELD: [TEXT]}}`, a host hook's bare `{FIELD: [TEXT]}`, the fork's
 * list of pairs. Never throws: an answer of no known shape gives an empty text.
 *
 * @example
 * readDrfProblem({ detail: 'Offsets do not match', expected_offset: 10 }) // { text: 'Offsets do not match', expectedOffset: 10, … }
 */
export function readDrfProblem(body: unknown): DrfProblem {
  const fields: string[] = []
  return { text: say(body, fields, 0), fields, expectedOffset: mismatchOf(body) }
}

// What the schema `drfMismatch` accepts.
function mismatchOf(body: unknown): number | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const { expected_offset: expected, detail, offset }: Readonly<Record<string, unknown>> = { ...body }
  if (isOffset(expected)) return expected
  return typeof detail === 'string' && isOffset(offset) ? offset : undefined
}

// Answers nest two levels at most; a third is for the fork's pairs. Deeper ones are nobody's error answer.
const deepest = 4

function say(value: unknown, fields: string[], depth: number): string {
  if (typeof value === 'string') return value
  if (depth === deepest || typeof value !== 'object' || value === null) return ''
  return Object.entries(value)
    .map(([field, item]) => {
      const text = say(item, fields, depth + 1)
      if (Array.isArray(value) || field === 'detail' || !text) return text
      fields.push(field)
      return `${field}: ${text}`
    })
    .filter(Boolean)
    .join('; ')
}

/** A file name as a server of this family takes it, by one rule: no NUL, not blank, at most 255 code points. */
export function drfFilename(name: string): string {
  const trimmed = [...name.replaceAll('\0', '').trim()]
  return trimmed.length === 0 ? 'file' : trimmed.slice(0, 255).join('').trimEnd()
}
