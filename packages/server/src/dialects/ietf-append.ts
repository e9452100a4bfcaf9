import { partialUploadType, readInteger } from '@chunkwise/protocol'
import { isProblem, UploadProblem } from '../problem.ts'
import type { SessionRecord } from '../record.ts'
import { readProof, storePart } from './ietf-body.ts'
import type { Begun } from './ietf-creation.ts'
import { disagree, readLengths } from './ietf-lengths.ts'
import type { WireCall } from './wire.ts'

/** The revision that gave appends a content type of their own; older clients send any. */
const typedSince = 6

/** `PATCH`: bytes from `Upload-Offset` on (draft, "Upload Append"). */
export async function append(id: string, call: WireCall): Promise<Begun> {
  const { request, viewer, sessions, settings } = call
  const { headers } = request
  const interop = readInteger(headers.get('upload-draft-interop-version')) ?? typedSince
  if (interop >= typedSince && headers.get('content-type') !== partialUploadType)
    throw new UploadProblem('unsupported-media-type', `Bytes are taken as ${partialUploadType}`)
  const offset = readInteger(headers.get('upload-offset'))
  if (offset === undefined) throw new UploadProblem('malformed', 'Upload-Offset: expected a number of bytes')
  const lengths = readLengths(request, offset)
  const { last, size } = lengths
  const limit = await settings.maxSize(request)
  if (size !== undefined && size > limit) throw new UploadProblem('too-large', `An upload is limited to ${limit} bytes`)
  const proof = readProof(request)
  try {
    const chunk = { offset, size, last, strict: true, atomic: proof !== undefined }
    const session = await sessions.append(id, viewer, chunk, async (write, signal, current) => {
      await storePart(request, { last, offset, limit, proof, size: current.size ?? size }, write, signal)
    })
    return { session, last }
  } catch (error) {
    if (isProblem(error, 'completed')) return { session: await again(id, offset, call), last: true }
    if (isProblem(error, 'offset-mismatch')) throw withProvided(error, offset)
    throw error
  }
}

/** An empty last part for an upload that is complete: its client has lost the answer, and gets it again. */
async function again(id: string, offset: number, call: WireCall): Promise<SessionRecord> {
  const { request, viewer, sessions } = call
  const session = await sessions.status(id, viewer, request.signal)
  const mismatch = new UploadProblem('offset-mismatch', 'Offsets do not match', { offset: session.offset })
  if (offset !== session.offset) throw withProvided(mismatch, offset)
  if (readLengths(request, offset).size !== session.size) throw disagree()
  return session
}

const withProvided = ({ message, details }: UploadProblem, provided: number): UploadProblem =>
  new UploadProblem('offset-mismatch', message, { ...details, provided })
