import { readCount, tusDataType } from '@chunkwise/protocol'
import { isProblem, UploadProblem } from '../problem.ts'
import type { Completed } from '../session.ts'
import { storeBody } from './raw-body.ts'
import { readBodyRules } from './tus-checksum.ts'
import { completed } from './tus-complete.ts'
import { isFinal } from './tus-concat.ts'
import { parsed, type WireCall } from './wire.ts'

/** `PATCH`: bytes from `Upload-Offset` on (tus 1.0, "PATCH"). */
export async function append(id: string, call: WireCall): Promise<Completed> {
  const { request, viewer, sessions, settings } = call
  const { headers } = request
  if (headers.get('content-type') !== tusDataType)
    throw new UploadProblem('unsupported-media-type', `Bytes are taken as ${tusDataType}`)
  const offset = parsed(() => readCount('Upload-Offset', headers.get('upload-offset')))
  const told = headers.get('upload-length')
  const size = told === null ? undefined : parsed(() => readCount('Upload-Length', told))
  const limit = await settings.maxSize(request)
  if (size !== undefined && size > limit)
    throw new UploadProblem('too-large', `The size of an upload is limited to ${limit} bytes`)
  const { proof, ...rules } = readBodyRules(request, Infinity)
  try {
    const chunk = { offset, size, strict: true, atomic: proof !== undefined }
    const session = await sessions.append(id, viewer, chunk, async (write, signal, current) => {
      if (isFinal(current)) throw new UploadProblem('forbidden', takesNone)
      const end = Math.min(current.size ?? size ?? Infinity, limit)
      if (size !== undefined && size < offset)
        throw new UploadProblem('malformed', 'The length of the upload is less than what it has already')
      if (request.body) await storeBody(request, { ...rules, proof, limit: end - offset }, write, signal)
    })
    return await completed(session, call)
  } catch (error) {
    if (isProblem(error, 'completed')) return again(id, offset, call)
    throw error
  }
}

/** A chunk for an upload that is complete: one that brings nothing has nothing to fail at. */
async function again(id: string, offset: number, call: WireCall): Promise<Completed> {
  const { request, viewer, sessions } = call
  const session = await sessions.status(id, viewer, request.signal)
  if (isFinal(session)) throw new UploadProblem('forbidden', takesNone)
  if (offset !== session.offset)
    throw new UploadProblem('offset-mismatch', 'Offsets do not match', { offset: session.offset })
  if (request.body && !(await isEmpty(request.body)))
    throw new UploadProblem('too-large', 'The bytes go beyond the length of the upload')
  return completed(session, call)
}

const takesNone = 'An upload that was made of parts takes no bytes'

async function isEmpty(body: ReadableStream<Uint8Array>): Promise<boolean> {
  const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return true
    if (value.length > 0) return false
  }
}
