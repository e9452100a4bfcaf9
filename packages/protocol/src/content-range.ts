/** A run of bytes of a file: `start` is the first byte, `end` the last one (inclusive), `total` the size of the file. */
export interface ContentRange {
  readonly start: number
  readonly end: number
  readonly total: number
}

const grammar = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16})$/

/**
 * Reads `bytes START-END/TOTAL` (RFC 9110 section 14.4, without `*`, as drf-chunked-upload accepts it).
 *
 * Only the grammar is judged: one space, decimal digits, safe integers. Whether the numbers fit each other is for the
 * server to say, since every dialect answers that differently; `end` may be `start - 1`, which is an empty range.
 *
 * @throws SyntaxError if the text is anything else.
 * @example
 * readContentRange('bytes 0-9/25') // { start: 0, end: 9, total: 25 }
 */
export function readContentRange(text: string | null | undefined): ContentRange {
  const [, start, end, total] = (grammar.exec(text ?? '') ?? []).map(Number)
  const safe = (value: number | undefined): value is number => Number.isSafeInteger(value)
  if (safe(start) && safe(end) && safe(total)) return { start, end, total }
  throw new SyntaxError(`Cannot read Content-Range: expected "bytes START-END/TOTAL", got ${JSON.stringify(text)}`)
}

/**
 * Writes the header for `length` bytes at `offset` of a file of `total` bytes.
 *
 * @throws RangeError if the bytes do not lie in the file.
 * @example
 * writeContentRange(0, 10, 25) // 'bytes 0-9/25'
 */
export function writeContentRange(offset: number, length: number, total: number): string {
  const end = offset + length
  const whole = [offset, end, total].every(Number.isSafeInteger)
  if (whole && offset >= 0 && offset < end && end <= total) return `bytes ${offset}-${end - 1}/${total}`
  throw new RangeError(`Cannot write Content-Range: ${length} bytes at ${offset} of ${total}`)
}
