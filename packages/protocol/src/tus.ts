import { base64ToHex, hexToBase64 } from './base64.ts'

// The headers of tus 1.0.0, read and written: `readCount` (`Upload-Offset`, `Upload-Length`, `Tus-Max-Size`),
// `readDeferLength`, `readUploadChecksum`/`writeUploadChecksum`, `readUploadConcat`/`writeUploadConcat`,
// `readUploadExpires`/`writeUploadExpires`, `readTusList` (`Tus-Version`, `Tus-Extension`, `Tus-Checksum-Algorithm`).
// `Upload-Metadata` is in metadata.ts.

/** The version of tus that is spoken: `Tus-Resumable`, `Tus-Version`. */
export const tusVersion = '1.0.0'

/** Content type of the bytes in a `PATCH`, and in a `POST` that brings some (tus 1.0, "PATCH" and "Creation With Upload"). */
export const tusDataType = 'application/offset+octet-stream'

/** Answer to a chunk whose checksum is another one (tus 1.0, "Checksum"). */
export const tusChecksumMismatch = 460

/**
 * Reads a header that is a number of bytes, `name` for the message: `Upload-Offset`, `Upload-Length`, `Tus-Max-Size`.
 *
 * @throws SyntaxError if it is absent, not decimal digits alone, or above 2^53 - 1.
 * @example
 * readCount('Upload-Offset', '70') // 70
 */
export function readCount(name: string, text: string | null | undefined): number {
  const count = /^\d{1,16}$/.test(text ?? '') ? Number(text) : NaN
  if (Number.isSafeInteger(count)) return count
  throw new SyntaxError(`Cannot read ${name}: expected a number of bytes, got ${JSON.stringify(text)}`)
}

/**
 * Whether `Upload-Defer-Length` says that the length is told later.
 *
 * @throws SyntaxError if it is there and not `1` (tus 1.0, "Upload-Defer-Length").
 */
export function readDeferLength(text: string | null | undefined): boolean {
  if (text === null || text === undefined) return false
  if (text === '1') return true
  throw new SyntaxError(`Cannot read Upload-Defer-Length: expected "1", got ${JSON.stringify(text)}`)
}

/** Checksum of one chunk: `algorithm` as tus names it (`md5`, `sha1`, `sha256`), `value` in lower-case hex. */
export interface UploadChecksum {
  readonly algorithm: string
  readonly value: string
}

/**
 * Reads `Upload-Checksum` (tus 1.0, "Upload-Checksum"): an algorithm in ASCII without capitals, a space, base64. Whether
 * the algorithm is known, and how long its values are, is for the reader to judge.
 *
 * @throws SyntaxError if it is anything else.
 * @example
 * readUploadChecksum('sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=') // { algorithm: 'sha1', value: '2aae6c35…' }
 */
export function readUploadChecksum(text: string): UploadChecksum {
  const [, algorithm, encoded = ''] = /^([!-@[-~]+) (\S+)$/.exec(text) ?? []
  const value = base64ToHex(encoded)
  if (algorithm !== undefined && value !== undefined) return { algorithm, value }
  throw new SyntaxError(`Cannot read Upload-Checksum: expected "algorithm base64", got ${JSON.stringify(text)}`)
}

/** Writes `Upload-Checksum`; throws a SyntaxError for a value that is not hex. */
export const writeUploadChecksum = ({ algorithm, value }: UploadChecksum): string =>
  `${algorithm} ${hexToBase64(value)}`

/** What an upload is to others: a part of a later one, or the final one, made of parts in this order. */
export type UploadConcat =
  | { readonly kind: 'partial' }
  | { readonly kind: 'final'; /** Absolute or relative. */ readonly urls: readonly string[] }

/**
 * Reads `Upload-Concat` (tus 1.0, "Upload-Concat").
 *
 * @throws SyntaxError if it is neither `partial` nor `final;` with at least one address.
 * @example
 * readUploadConcat('final;/files/a /files/b') // { kind: 'final', urls: ['/files/a', '/files/b'] }
 */
export function readUploadConcat(text: string): UploadConcat {
  if (text === 'partial') return { kind: 'partial' }
  const urls = /^final;[\t ]*(\S.*)$/
    .exec(text)?.[1]
    ?.trim()
    .split(/[\t ]+/)
  if (urls) return { kind: 'final', urls }
  throw new SyntaxError(`Cannot read Upload-Concat: expected "partial" or "final;url url", got ${JSON.stringify(text)}`)
}

/**
 * Writes `Upload-Concat`.
 *
 * @throws SyntaxError for no addresses, and for one that is empty or has white space in it.
 */
export function writeUploadConcat(concat: UploadConcat): string {
  if (concat.kind === 'partial') return 'partial'
  const { urls } = concat
  if (urls.length > 0 && urls.every((url) => /^\S+$/.test(url))) return `final;${urls.join(' ')}`
  throw new SyntaxError(`Cannot write Upload-Concat: expected addresses without spaces, got ${JSON.stringify(urls)}`)
}

/**
 * Reads `Upload-Expires` (an IMF-fixdate, RFC 9110 section 5.6.7) as milliseconds since 1970.
 *
 * @throws SyntaxError if it is anything else.
 * @example
 * readUploadExpires('Wed, 25 Jun 2014 16:00:00 GMT') // 1403712000000
 */
export function readUploadExpires(text: string): number {
  const at = Date.parse(text)
  if (!Number.isNaN(at) && writeUploadExpires(at) === text) return at
  throw new SyntaxError(
    `Cannot read Upload-Expires: expected a date like "Wed, 25 Jun 2014 16:00:00 GMT", got "${text}"`,
  )
}

/** Writes milliseconds since 1970 as `Upload-Expires`, whole seconds. */
export const writeUploadExpires = (at: number): string => new Date(at).toUTCString()

/** Reads a comma-separated list: `Tus-Version`, `Tus-Extension`, `Tus-Checksum-Algorithm`. Absent: empty. */
export const readTusList = (text: string | null | undefined): string[] =>
  (text ?? '').split(',').flatMap((item) => item.trim() || [])
