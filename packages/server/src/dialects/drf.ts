import { acceptsJson } from '../accept.ts'
import type { Connection, Dialect, DialectTools } from '../dialect.ts'
import { isProblem, noteProblem, UploadProblem } from '../problem.ts'
import type { SessionRecord } from '../record.ts'
import type { Completed } from '../session.ts'
import { showProblem, showUpload } from './drf-answers.ts'
import type { Call } from './drf-call.ts'
import { putChunk, readUploadId } from './drf-chunk.ts'
import { describeView } from './drf-describe.ts'
import { finish, postWhole } from './drf-finish.ts'
import { readFields } from './drf-form.ts'
import { pageOf } from './drf-list.ts'
import type { DrfSettings } from './drf-options.ts'
import { readRoute } from './drf-route.ts'

/** The dialect of drf-chunked-upload and its fork: order of checks, statuses and texts of the real ones. */
export function drf(settings: DrfSettings): Dialect {
  const { texts, compat } = settings
  const fork = compat === 'fork'
  const methods = settings.terminate ? 'GET, POST, PUT, DELETE, HEAD, OPTIONS' : 'GET, POST, PUT, HEAD, OPTIONS'

  const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
    new Response(JSON.stringify(body), {
      status,
      headers: { 'Content-Type': 'application/json', Vary: 'Accept', Allow: methods, ...headers },
    })
  const empty = (status: number, headers: Record<string, string>): Response => new Response(null, { status, headers })

  const show = (session: SessionRecord, call: Call, asked: boolean): unknown =>
    showUpload(session, call.request, settings, call.sessions.expiresAt(session), asked)
  const changed = (session: SessionRecord, call: Call): Response => json(show(session, call, false))
  const completed = ({ session, answer }: Completed, call: Call): Response => {
    if (!answer) return changed(session, call)
    answer.headers.set('Allow', methods)
    answer.headers.set('Vary', 'Accept')
    return answer
  }

  /** An answer to a question; 0.6.0 keeps caches from giving it again. */
  function asked(body: unknown): Response {
    if (fork || compat === '0.5.1') return json(body)
    return json(body, 200, { 'Cache-Control': 'max-age=0', Expires: new Date().toUTCString() })
  }

  function refuse(problem: UploadProblem): Response {
    const { status, body } = showProblem(problem, settings)
    const { retryAfter, challenge } = problem.details
    const response = json(body, status, {
      ...(retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }),
      ...(challenge === undefined ? {} : { 'WWW-Authenticate': challenge }),
    })
    return noteProblem(response, problem.code)
  }

  async function answer(
    request: Request,
    connection: Connection,
    { sessions, admit }: DialectTools,
  ): Promise<Response> {
    const url = new URL(request.url)
    const route = readRoute(url, settings)
    if (!route) return new Response(notFoundPage, { status: 404, headers: { 'Content-Type': 'text/html' } })
    if (route.to === 'redirect')
      return empty(301, { 'Content-Type': 'text/html; charset=utf-8', Location: route.location })
    const format = url.searchParams.get('format') ?? 'json'
    if (format !== 'json')
      throw new UploadProblem('not-found', 'No such format', { answer: { detail: texts.noFormat } })
    if (!acceptsJson(request.headers.get('accept'))) throw new UploadProblem('not-acceptable', texts.notAcceptable)
    const viewer = await admit(request, connection)
    const call: Call = { request, url, viewer, sessions, settings }
    return perform(request.method, route.to === 'detail' ? route.id : undefined, call)
  }

  async function perform(method: string, id: string | undefined, call: Call): Promise<Response> {
    switch (method) {
      case 'GET':
        return id === undefined ? list(call) : query(id, call)
      case 'HEAD': {
        const { status, headers } = await perform('GET', id, call)
        return new Response(null, { status, headers })
      }
      case 'PUT':
        return changed(await putChunk(id, call), call)
      case 'POST':
        return completed(await (id === undefined ? postWhole(call) : finish(id, call)), call)
      case 'OPTIONS':
        return json(describeView(settings))
      case 'DELETE':
        // Only the fork ends uploads on the list, by a field.
        if (settings.terminate && (id !== undefined || fork)) return terminate(id, call)
    }
    throw new UploadProblem('method-not-allowed', texts.notAllowed(method))
  }

  async function query(id: string, call: Call): Promise<Response> {
    const session = await call.sessions.status(id, call.viewer, call.request.signal)
    if (session.status === 'failed') throw new UploadProblem('gone', 'Upload has expired')
    return asked(show(session, call, true))
  }

  async function list(call: Call): Promise<Response> {
    const sessions = await call.sessions.list(call.viewer)
    return asked(pageOf(sessions, call, (session) => show(session, call, true)))
  }

  async function terminate(id: string | undefined, call: Call): Promise<Response> {
    const target = id ?? readUploadId(await readFields(call))
    if (target === undefined) throw new UploadProblem('not-found', 'No such upload')
    await call.sessions.terminate(target, call.viewer)
    return empty(204, { Allow: methods, Vary: 'Accept' })
  }

  return {
    name: 'drf',
    headers: [],
    speaks: () => true,
    announce: async () => ({}),
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

const notFoundPage =
  '<!doctype html>\n<html lang="en"><head><title>Not Found</title></head><body><h1>Not Found</h1></body></html>\n'
