import type { FilePart } from '../form.ts'
import { safeExtension } from '../naming.ts'
import type { SessionFacts } from '../session.ts'
import { malformed, refuseFields, type Call, type Fields } from './drf-call.ts'
import { readCreationFields, readMetadata } from './drf-fields.ts'
import { checkOwner, judgeFirstChunk } from './drf-fork.ts'
import type { DrfSettings } from './drf-options.ts'

/** Fields that mean something to the protocol or the framework; every other one is for the host. */
const known = [
  'filename',
  'offset',
  'upload_key',
  'upload_id',
  'id',
  'url',
  'status',
  'created_at',
  'completed_at',
  'user',
  'creator',
  'csrfmiddlewaretoken',
  'md5',
  'sha256',
]

/** Throws what speaks against a creation. Without a size the form was not read to its end: fields may be to come. */
export function checkCreation(
  { viewer, request, settings }: Call,
  part: FilePart,
  fields: Fields,
  size?: number,
): void {
  const { owner, texts, compat, fork, fileField, validate } = settings
  const isFork = compat === 'fork'
  if (owner === 'required' && viewer.owner === undefined)
    throw malformed('Upload requires user authentication but user cannot be determined')
  if (isFork) checkOwner(fields, fork)
  const { filename, errors } = readCreationFields(fields, texts, isFork ? part : undefined)
  if (size === undefined && !fields.has('filename')) delete errors['filename']
  const file = size === 0 ? [texts.emptyFile] : isFork ? judgeFirstChunk(part, size, fork) : []
  const judged = { filename, partName: part.filename, type: part.type, fields }
  const others = file.length > 0 ? { [fileField]: file } : validate?.(judged, request)
  const all = { ...errors, ...others }
  if (Object.keys(all).length > 0) throw refuseFields(all)
}

/** What a session begins with, as far as the fields tell. */
export function readFacts(
  { texts, compat, fileField }: DrfSettings,
  part: FilePart,
  fields: Fields,
  size: number | undefined,
): SessionFacts {
  const isFork = compat === 'fork'
  const { filename } = readCreationFields(fields, texts, isFork ? part : undefined)
  const key = fields.get('upload_key')
  return {
    filename,
    metadata: readMetadata(fields, new Set([...known, fileField])),
    size,
    // A creation can be repeated only if its name is known before its bytes.
    ...(key !== undefined && key !== '' && filename !== '' ? { key } : {}),
    ...(isFork ? { extension: safeExtension(part.filename) } : {}),
  }
}
