import { partialUploadType } from '@chunkwise/protocol'
import type { Connection, Dialect, DialectTools } from '../dialect.ts'
import { isProblem, UploadProblem } from '../problem.ts'
import type { Completed } from '../session.ts'
import { append } from './ietf-append.ts'
import { ietfAnnouncement, ietfRequestHeaders, refuse, stateHeaders } from './ietf-answers.ts'
import { create, type Begun } from './ietf-creation.ts'
import { addressOf, headersOf, readTarget, withHeaders, type WireCall, type WireSettings } from './wire.ts'

/**
 * Resumable Uploads for HTTP (draft-ietf-httpbis-resumable-upload, as of -12, and what -13 to -15 are known to have
 * changed), with the digests of RFC 9530.
 */
export function ietf(settings: WireSettings): Dialect {
  /** Answers a part that was taken: by where it stands, or, if it was the last one, as the target of the upload does. */
  async function taken({ session, last }: Begun, status: number, call: WireCall): Promise<Response> {
    const { sessions, request } = call
    // Its maker may complete it even where nobody may see it later.
    const viewer = { ...call.viewer, created: session.id }
    let completed: Completed = { session, answer: undefined }
    try {
      if (last) completed = await sessions.conclude(session.id, viewer, 'ietf', request)
    } catch (error) {
      if (isProblem(error, 'locked', 'offset-mismatch') || !isProblem(error)) throw error
      return refuse(error, call, true)
    }
    const location = status === 201 ? addressOf(session.id, request, settings) : undefined
    const headers = { ...(await stateHeaders(completed.session, call)), Location: location }
    if (completed.answer) return withHeaders(completed.answer, headers)
    return new Response(null, { status, headers: headersOf(headers) })
  }

  async function ask(id: string, call: WireCall): Promise<Response> {
    const { sessions, viewer, request } = call
    const session = await sessions.status(id, viewer, request.signal)
    if (sessions.isGone(session)) throw new UploadProblem('gone', 'Upload has expired')
    return new Response(null, { status: 200, headers: headersOf(await stateHeaders(session, call)) })
  }

  async function terminate(id: string, { sessions, viewer }: WireCall): Promise<Response> {
    await sessions.terminate(id, viewer)
    return new Response(null, { status: 204 })
  }

  async function perform(call: WireCall): Promise<Response> {
    const { method, url } = call.request
    const target = readTarget(new URL(url), settings)
    if (target === undefined) throw new UploadProblem('not-found', 'No such upload')
    if (target === 'list') {
      if (['POST', 'PUT', 'PATCH'].includes(method)) return taken(await create(call), 201, call)
    } else if (method === 'HEAD' || method === 'GET') return ask(target.id, call)
    else if (method === 'PATCH') return taken(await append(target.id, call), 204, call)
    else if (method === 'DELETE' && settings.terminate) return terminate(target.id, call)
    throw new UploadProblem('method-not-allowed', 'There is no such method here')
  }

  async function answer(
    request: Request,
    connection: Connection,
    { sessions, admit }: DialectTools,
  ): Promise<Response> {
    if (request.method === 'OPTIONS') return new Response(null, { status: 200 })
    let call: WireCall | undefined
    try {
      const viewer = await admit(request, connection)
      call = { request, connection, viewer, sessions, settings }
      return await perform(call)
    } catch (error) {
      if (isProblem(error)) return refuse(error, call, false)
      throw error
    }
  }

  return {
    name: 'ietf',
    headers: ietfRequestHeaders,
    announce: async (request) => ietfAnnouncement(request, settings),
    speaks(request) {
      const { method, headers } = request
      if (method === 'OPTIONS') return false
      if (headers.has('upload-complete') || headers.has('upload-draft-interop-version')) return true
      if (headers.get('content-type') === partialUploadType) return true
      // Whoever asks for an offset sends nothing that tells; nobody else asks an upload for its head alone.
      return method === 'HEAD' && typeof readTarget(new URL(request.url), settings) === 'object'
    },
    answer,
  }
}
