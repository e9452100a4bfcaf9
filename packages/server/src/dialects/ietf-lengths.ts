import { readFlag, readInteger } from '@chunkwise/protocol'
import { UploadProblem } from '../problem.ts'
import { announcedLength } from './raw-body.ts'

/** What a request says of its bytes and of the whole. */
export interface Lengths {
  /** Whether the bytes are the last ones: `Upload-Complete`. */
  readonly last: boolean
  /** Of the whole, as far as the request tells: by `Upload-Length`, or by the length of a body that is the last one. */
  readonly size: number | undefined
}

/**
 * Reads the lengths of a request whose bytes begin at `offset`.
 *
 * @throws UploadProblem `malformed` without `Upload-Complete`, and for lengths that do not agree (draft, "Length").
 */
export function readLengths(request: Request, offset: number): Lengths {
  const { headers, body } = request
  const last = readFlag(headers.get('upload-complete'))
  if (last === undefined) throw new UploadProblem('malformed', 'Upload-Complete: expected ?0 or ?1')
  const told = readInteger(headers.get('upload-length'))
  const length = announcedLength(request)
  // A body of unknown length says nothing beforehand.
  const end = body === null || length > 0 ? offset + length : undefined
  if (told !== undefined && end !== undefined && (last ? end !== told : end > told)) throw disagree()
  return { last, size: told ?? (last ? end : undefined) }
}

/** 400 of the draft's own kind. */
export const disagree = (): UploadProblem =>
  new UploadProblem('malformed', 'The lengths of the upload do not agree', { about: 'length' })
