import { writeFlag, writeIetfProblem, writeUploadLimit, type UploadLimit } from '@chunkwise/protocol'
import type { UploadProblem } from '../problem.ts'
import type { SessionRecord } from '../record.ts'
import { reprDigest } from './digest-names.ts'
import { problemAnswer, type AnswerHeaders, type WireCall, type WireSettings } from './wire.ts'

/** What clients send; some of tus speak the draft too, and send metadata its way. */
export const ietfRequestHeaders: readonly string[] = [
  'upload-complete',
  'upload-offset',
  'upload-length',
  'upload-draft-interop-version',
  'upload-metadata',
  'upload-defer-length',
  'content-disposition',
  'content-digest',
  'repr-digest',
  'want-repr-digest',
  'idempotency-key',
  'x-request-id',
]

/** What is said to `OPTIONS`: the limits of a new upload. */
export async function ietfAnnouncement(request: Request, settings: WireSettings): Promise<AnswerHeaders> {
  return { 'Upload-Limit': writeUploadLimit(await sizeLimits(request, settings)) }
}

async function sizeLimits(request: Request, { maxSize, minChunkSize }: WireSettings): Promise<UploadLimit> {
  const limit = await maxSize(request)
  return {
    ...(limit === Infinity ? {} : { maxSize: limit }),
    ...(minChunkSize > 0 ? { minAppendSize: minChunkSize } : {}),
  }
}

/** Where an upload stands: on every answer that is about one. */
export async function stateHeaders(session: SessionRecord, call: WireCall): Promise<AnswerHeaders> {
  const { sessions, settings, request } = call
  const expiresAt = sessions.expiresAt(session)
  const maxAge = Math.max(0, Math.floor((expiresAt - settings.now()) / 1000))
  const age = session.status === 'uploading' && expiresAt !== Infinity ? { maxAge } : {}
  return {
    'Upload-Offset': String(session.offset),
    'Upload-Complete': writeFlag(session.status === 'complete'),
    'Upload-Length': session.size === undefined ? undefined : String(session.size),
    'Upload-Limit': writeUploadLimit({ ...(await sizeLimits(request, settings)), ...age }),
    'Repr-Digest': reprDigest(session),
  }
}

/**
 * A problem in the draft's words. `final`: it is the target's own answer, after all bytes were there, and asking again is
 * useless; otherwise it is about the transfer.
 */
export async function refuse(problem: UploadProblem, call: WireCall | undefined, final: boolean): Promise<Response> {
  const { offset, provided } = problem.details
  const limit = problem.code === 'too-large' && call ? await call.settings.maxSize(call.request) : Infinity
  const headers = {
    'Upload-Complete': writeFlag(final),
    'Upload-Offset': offset === undefined ? undefined : String(offset),
    'Upload-Limit': limit === Infinity ? undefined : writeUploadLimit({ maxSize: limit }),
  }
  return problemAnswer(problem, headers, body(problem, offset, provided))
}

function body(problem: UploadProblem, expected?: number, provided?: number): object | undefined {
  const { message, status, details } = problem
  if (problem.code === 'offset-mismatch')
    return writeIetfProblem(
      {
        kind: 'mismatching-upload-offset',
        ...(expected === undefined ? {} : { expected }),
        ...(provided === undefined ? {} : { provided }),
      },
      message,
      status,
    )
  if (details.about === 'length') return writeIetfProblem({ kind: 'inconsistent-upload-length' }, message, status)
  return undefined
}
