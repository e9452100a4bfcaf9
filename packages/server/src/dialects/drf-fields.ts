import type { FirstPart } from './drf-options.ts'
import { strip } from './drf-strip.ts'
import type { DrfTexts } from './drf-texts.ts'

/** The fields of a creation, judged as the serializer of drf-chunked-upload does. */
export interface CreationFields {
  /** Trimmed; empty while it is missing or refused. */
  readonly filename: string
  readonly errors: Record<string, readonly string[]>
}

const filenameLimit = 255

/**
 * Judges `filename` and `offset` of a creation (protocol text, section 4.1).
 *
 * @param fallback Name to take where the field is missing: the fork takes that of the part.
 */
export function readCreationFields(
  fields: ReadonlyMap<string, string>,
  texts: DrfTexts,
  fallback?: FirstPart,
): CreationFields {
  const errors: Record<string, readonly string[]> = {}
  const given = fields.get('filename') ?? fallback?.filename
  const filename = strip(given ?? '')
  const complaints = judgeFilename(given, filename, texts)
  if (complaints.length > 0) errors['filename'] = complaints
  const complaint = judgeOffset(fields.get('offset') ?? '', texts)
  if (complaint !== undefined) errors['offset'] = [complaint]
  return { filename: complaints.length > 0 ? '' : filename, errors }
}

function judgeFilename(given: string | undefined, filename: string, texts: DrfTexts): string[] {
  if (given === undefined) return [texts.required]
  if (filename === '') return [texts.blank]
  const complaints: string[] = []
  // Counted as Python counts: code points, not UTF-16 units.
  if ([...filename].length > filenameLimit) complaints.push(texts.tooLong(filenameLimit))
  if (filename.includes('\0')) complaints.push(texts.nullCharacters)
  return complaints
}

/** Bounds of a field of 64 bits. */
const [least, greatest] = [-(2n ** 63n), 2n ** 63n - 1n]
/** Characters that are read of a number at all. */
const numberLimit = 1000

/** What speaks against the text of an integer, which may be as `int` of Python takes it, and have a fraction of zeros. */
function judgeOffset(text: string, texts: DrfTexts): string | undefined {
  if (text === '') return undefined
  if (text.length > numberLimit) return texts.numberTooLong
  const digits = /^(?:\+(?!-))?(-?\d+(?:_\d+)*)$/.exec(strip(strip(text).replace(/\.0*$/, '')))?.[1]
  if (digits === undefined) return texts.notInteger
  const value = BigInt(digits.replaceAll('_', ''))
  if (value > greatest) return texts.tooGreat(greatest)
  return value < least ? texts.tooSmall(least) : undefined
}

/** What the client told besides the fields the dialect knows, for the host: text only. */
export function readMetadata(fields: ReadonlyMap<string, string>, known: ReadonlySet<string>): Record<string, string> {
  return Object.fromEntries([...fields].filter(([name]) => !known.has(name)))
}
