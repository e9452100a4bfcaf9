import { readDigests, readInteger, readMetadata } from '@chunkwise/protocol'
import { readDisposition } from '../disposition.ts'
import { UploadProblem } from '../problem.ts'
import type { SessionRecord } from '../record.ts'
import type { SessionFacts } from '../session.ts'
import { readCreationKey } from './creation-key.ts'
import { stateHeaders } from './ietf-answers.ts'
import { readProof, storePart } from './ietf-body.ts'
import { readLengths } from './ietf-lengths.ts'
import { addressOf, parsed, type AnswerHeaders, type WireCall } from './wire.ts'

/** Revisions whose clients understand a `104` (`Upload-Draft-Interop-Version`). */
const interopVersions = [5, 6, 7, 8, 9, 10]

/** An upload that was begun, and whether its bytes were the last ones. */
export interface Begun {
  readonly session: SessionRecord
  readonly last: boolean
}

/** Any request with content that has `Upload-Complete`: a new upload with its first bytes, or all (draft, "Upload Creation"). */
export async function create(call: WireCall): Promise<Begun> {
  const { request, viewer, sessions, settings, connection } = call
  const lengths = readLengths(request, 0)
  const { last, size } = lengths
  const limit = await settings.maxSize(request)
  if (size !== undefined && size > limit) throw new UploadProblem('too-large', `An upload is limited to ${limit} bytes`)
  const proof = readProof(request)
  const facts = { ...readFacts(request), size }
  const part = { ...lengths, offset: 0, limit, proof }
  const store = { offset: 0, size, last, atomic: proof !== undefined }
  const wanted = readInteger(request.headers.get('upload-draft-interop-version')) ?? 0
  if (!connection.inform || !interopVersions.includes(wanted) || !request.body) {
    const { session } = await sessions.create(viewer, store, facts, async (write, signal) => {
      await storePart(request, part, write, signal)
      return facts
    })
    return { session, last }
  }
  // The client learns the address before its bytes are through, so there must be something at it.
  const { session } = await sessions.create(viewer, { offset: 0, size }, facts, async () => facts)
  connection.inform(104, await early(session, call))
  const maker = { ...viewer, created: session.id }
  const grown = await sessions.append(session.id, maker, store, async (write, signal) =>
    storePart(request, part, write, signal),
  )
  return { session: grown, last }
}

async function early(session: SessionRecord, call: WireCall): Promise<Record<string, string>> {
  const { 'Upload-Limit': limit = '' }: AnswerHeaders = await stateHeaders(session, call)
  return { Location: addressOf(session.id, call.request, call.settings), 'Upload-Limit': limit }
}

function readFacts(request: Request): SessionFacts {
  const { headers } = request
  const { filename = '' } = readDisposition(headers.get('content-disposition') ?? '')
  const type = headers.get('content-type')
  // Clients that speak tus too send what they know in its header.
  const { filename: told = '', ...rest } = parsed(() => readMetadata(headers.get('upload-metadata') ?? '', 'any'))
  const digests = readDigests(headers.get('repr-digest'))
  return {
    filename: filename === '' ? told : filename,
    metadata: { ...(type === null ? {} : { filetype: type }), ...rest },
    ...readCreationKey(request),
    ...(Object.keys(digests).length > 0 ? { ietf: { digests } } : {}),
  }
}
