import { tusDataType, tusVersion } from '@chunkwise/protocol'
import type { Connection, Dialect, DialectTools } from '../dialect.ts'
import { isProblem, UploadProblem } from '../problem.ts'
import type { Completed } from '../session.ts'
import { append } from './tus-append.ts'
import { completed } from './tus-complete.ts'
import { create } from './tus-creation.ts'
import { factHeaders, progressHeaders, tusAnnouncement, tusHeaders, tusRequestHeaders } from './tus-headers.ts'
import {
  addressOf,
  headersOf,
  problemAnswer,
  readTarget,
  withHeaders,
  type WireCall,
  type WireSettings,
} from './wire.ts'

/** tus 1.0.0 with all its extensions but `checksum-trailer` and `concatenation-unfinished`. */
export function tus(settings: WireSettings): Dialect {
  function refuse(problem: UploadProblem): Response {
    const { offset } = problem.details
    return problemAnswer(problem, {
      ...tusHeaders,
      'Upload-Offset': offset === undefined ? undefined : String(offset),
      'Tus-Version': problem.status === 412 ? tusVersion : undefined,
    })
  }

  function created({ session, answer }: Completed, call: WireCall): Response {
    const headers = { ...progressHeaders(session, call), Location: addressOf(session.id, call.request, settings) }
    // A creation is 201 whatever the host says of the file, unless it refuses.
    if (answer) return withHeaders(answer, headers, answer.ok ? 201 : answer.status)
    return new Response(null, { status: 201, headers: headersOf(headers) })
  }

  function appended({ session, answer }: Completed, call: WireCall): Response {
    const headers = progressHeaders(session, call)
    if (answer) return withHeaders(answer, headers)
    return new Response(null, { status: 204, headers: headersOf(headers) })
  }

  async function ask(id: string, call: WireCall): Promise<Response> {
    const { sessions, viewer, request } = call
    const found = await sessions.status(id, viewer, request.signal)
    if (sessions.isGone(found)) throw new UploadProblem('gone', 'Upload has expired')
    const { session } = await completed(found, call)
    return new Response(null, { status: 200, headers: headersOf(factHeaders(session, call)) })
  }

  async function terminate(id: string, { sessions, viewer }: WireCall): Promise<Response> {
    await sessions.terminate(id, viewer)
    return new Response(null, { status: 204, headers: headersOf(tusHeaders) })
  }

  async function perform(method: string, call: WireCall): Promise<Response> {
    const target = readTarget(new URL(call.request.url), settings)
    if (target === undefined) throw new UploadProblem('not-found', 'No such upload')
    if (target === 'list') {
      if (method === 'POST') return created(await create(call), call)
    } else if (method === 'HEAD') return ask(target.id, call)
    else if (method === 'PATCH') return appended(await append(target.id, call), call)
    else if (method === 'DELETE' && settings.terminate) return terminate(target.id, call)
    throw new UploadProblem('method-not-allowed', 'tus has no such method here')
  }

  async function answer(request: Request, connection: Connection, tools: DialectTools): Promise<Response> {
    const { sessions, admit } = tools
    if (request.method === 'OPTIONS') return new Response(null, { status: 200 })
    if (request.headers.get('tus-resumable') !== tusVersion)
      throw new UploadProblem('malformed', `Tus-Resumable: expected ${tusVersion}`, { status: 412 })
    const method = readMethod(request)
    const viewer = await admit(request, connection)
    return perform(method, { request, connection, viewer, sessions, settings })
  }

  return {
    name: 'tus',
    headers: tusRequestHeaders,
    announce: async (request) => tusAnnouncement(request, settings),
    speaks: ({ method, headers }) => {
      if (headers.has('tus-resumable')) return true
      // Where nothing else could be meant, the missing version is told.
      if (method === 'OPTIONS' || headers.has('upload-complete') || headers.has('upload-draft-interop-version'))
        return false
      const begins = ['upload-length', 'upload-defer-length', 'upload-concat'].some((name) => headers.has(name))
      return headers.get('content-type') === tusDataType || (method === 'POST' && begins)
    },
    async answer(request, connection, tools) {
      try {
        return await answer(request, connection, tools)
      } catch (error) {
        if (isProblem(error)) return refuse(error)
        throw error
      }
    },
  }
}

/**
 * The method that is meant: browsers and proxies that let only `POST` through say it in a header (tus 1.0,
 * "X-HTTP-Method-Override"). Only to methods that change or tell an upload, or rules by method could be evaded.
 */
function readMethod({ method, headers }: Request): string {
  const meant = headers.get('x-http-method-override')
  if (meant === null) return method
  if (method === 'POST' && ['PATCH', 'DELETE', 'HEAD'].includes(meant)) return meant
  if (meant === method) return method
  throw new UploadProblem('malformed', 'X-HTTP-Method-Override: expected PATCH, DELETE or HEAD, with POST')
}
