import { readCount, readDeferLength, readMetadata, readUploadConcat, tusDataType } from '@chunkwise/protocol'
import { UploadProblem } from '../problem.ts'
import type { SessionRecord } from '../record.ts'
import type { Completed, SessionFacts } from '../session.ts'
import { readCreationKey } from './creation-key.ts'
import { storeBody } from './raw-body.ts'
import { readBodyRules } from './tus-checksum.ts'
import { completed } from './tus-complete.ts'
import { readPart } from './tus-concat.ts'
import { parsed, type WireCall } from './wire.ts'

/** `POST`: a new upload, with or without its first bytes, a part, or one that is made of parts. */
export async function create(call: WireCall): Promise<Completed> {
  const { request, viewer, sessions } = call
  const { headers } = request
  const header = headers.get('upload-concat')
  const concat = header === null ? undefined : parsed(() => readUploadConcat(header))
  const facts = readFacts(request)
  const limit = await call.settings.maxSize(request)
  if (concat?.kind === 'final') {
    // tus 1.0, "Concatenation": the length of the final upload is that of its parts.
    if (headers.has('upload-length') || headers.has('upload-defer-length'))
      throw new UploadProblem(
        'malformed',
        'An upload that is made of parts has their length: Upload-Length must be absent',
      )
    const parts = concat.urls.map((url) => readPart(url, call))
    const { session } = await sessions.join(viewer, { ...facts, parts, limit })
    return completed(session, call)
  }
  const size = readLength(headers)
  if (size !== undefined && size > limit)
    throw new UploadProblem('too-large', `The size of an upload is limited to ${limit} bytes`)
  checkType(request)
  const rules = readBodyRules(request, Math.min(size ?? Infinity, limit))
  const known = { ...facts, size, ...(concat ? { part: true } : {}) }
  const { session } = await sessions.create(viewer, { offset: 0, size }, known, async (write, signal) => {
    if (request.body) await storeBody(request, rules, write, signal)
    return known
  })
  return completed(session, call)
}

/** Bytes come under their own type only; without bytes the type says nothing (tus 1.0, "Creation With Upload"). */
function checkType({ body, headers }: Request): void {
  if (!body || headers.get('content-type') === tusDataType) return
  throw new UploadProblem('unsupported-media-type', `Bytes are taken as ${tusDataType}`)
}

function readLength(headers: Headers): number | undefined {
  const text = headers.get('upload-length')
  const deferred = parsed(() => readDeferLength(headers.get('upload-defer-length')))
  if (deferred === (text !== null))
    throw new UploadProblem('malformed', 'Expected either Upload-Length or Upload-Defer-Length')
  return deferred ? undefined : parsed(() => readCount('Upload-Length', text))
}

function readFacts(request: Request): SessionFacts & { readonly tus: NonNullable<SessionRecord['tus']> } {
  const { headers } = request
  const metadata = headers.get('upload-metadata') ?? undefined
  const concat = headers.get('upload-concat') ?? undefined
  const { filename, ...rest } = parsed(() => readMetadata(metadata ?? '', 'any'))
  // Clients of tus say `filename`, some of them `name`.
  const { name = '' } = rest
  return { filename: filename ?? name, metadata: rest, ...readCreationKey(request), tus: { metadata, concat } }
}
