import type { FirstPart, ForkOptions } from './drf-options.ts'
import { UploadProblem } from '../problem.ts'

// What Python's `mimetypes` makes of the extensions people allow; the fork looks at nothing else.
const types: Readonly<Record<string, string>> = {
  avi: 'video/x-msvideo',
  bin: 'application/octet-stream',
  bmp: 'image/bmp',
  css: 'text/css',
  csv: 'text/csv',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  gif: 'image/gif',
  htm: 'text/html',
  html: 'text/html',
  ico: 'image/vnd.microsoft.icon',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  js: 'application/javascript',
  json: 'application/json',
  mkv: 'video/x-matroska',
  mov: 'video/quicktime',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  mpeg: 'video/mpeg',
  mpg: 'video/mpeg',
  pdf: 'application/pdf',
  png: 'image/png',
  ppt: 'application/vnd.ms-powerpoint',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  svg: 'image/svg+xml',
  tar: 'application/x-tar',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  txt: 'text/plain',
  wav: 'audio/x-wav',
  webm: 'video/webm',
  webp: 'image/webp',
  xls: 'application/vnd.ms-excel',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  xml: 'text/xml',
  zip: 'application/zip',
}

const extensionOf = (filename: string): string => /\.([^.]+)$/.exec(filename)?.[1]?.toLowerCase() ?? ''

/** What the fork's model says to a first chunk: texts for the field `file`. `size` is that of the chunk. */
export function judgeFirstChunk(part: FirstPart, size: number | undefined, options: ForkOptions): string[] {
  const { minBytes = 0, maxBytes = Infinity, allowedExtensions, allowedTypes } = options
  const extension = extensionOf(part.filename)
  if (allowedExtensions && !allowedExtensions.includes(extension))
    return [`File extension “${extension}” is not allowed. Allowed extensions are: ${allowedExtensions.join(', ')}.`]
  const type = types[extension] ?? 'None'
  if (allowedTypes && !allowedTypes.includes(type))
    return [`MIME type '${type}' is not valid. Allowed types are: ${allowedTypes.join(', ')}.`]
  if (size === undefined) return []
  if (size < minBytes)
    return [`The current file ${show(size)}, which is too small. The minimum file size is ${show(minBytes)}.`]
  return size > maxBytes ? [tooLarge(size, maxBytes)] : []
}

/** Refuses a later chunk that would carry the upload beyond the model's maximum; nothing is stored before. */
export function checkGrowth(size: number, { maxBytes = Infinity }: ForkOptions): void {
  if (size <= maxBytes) return
  const text = tooLarge(size, maxBytes)
  throw new UploadProblem('malformed', text, { answer: [['file', [text]]] })
}

const tooLarge = (size: number, maxBytes: number): string =>
  `The current file ${show(size)}, which is too large. The maximum file size is ${show(maxBytes)}.`

/** Refuses the owner that the form names, in the fork's two shapes. */
export function checkOwner(fields: ReadonlyMap<string, string>, { owners }: ForkOptions): void {
  const type = fields.get('owner_type')
  if (type === undefined || type === '' || !owners) return
  const refuse = (answer: unknown): UploadProblem => new UploadProblem('malformed', 'The owner is refused', { answer })
  if (!/^\d{1,15}$/.test(type))
    throw refuse({ detail: { owner_type: ['Incorrect type. Expected pk value, received str.'] } })
  const id = fields.get('owner_id')
  const verdict = owners(Number(type), id)
  if (verdict === 'unknown-type')
    throw refuse({ detail: { owner_type: [`Invalid pk "${Number(type)}" - object does not exist.`] } })
  const text = "The owner doesn't allow to be accessible."
  if (verdict === 'type-refused') throw refuse([['owner_type', [text]]])
  if (verdict === 'id-refused') throw refuse([['owner_id', [text]]])
}

const unbroken = '\u00A0'

/** A size as Django shows it, its space unbroken. */
function show(size: number): string {
  if (size < 1024) return `${size}${unbroken}${size === 1 ? 'byte' : 'bytes'}`
  const units = ['KB', 'MB', 'GB', 'TB', 'PB']
  const power = Math.min(units.length, Math.floor(Math.log2(size) / 10))
  return `${(size / 1024 ** power).toFixed(1)}${unbroken}${units[power - 1]}`
}
