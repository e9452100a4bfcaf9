import { writeProblem } from '@chunkwise/protocol'
import type { Connection } from '../dialect.ts'
import { noteProblem, UploadProblem } from '../problem.ts'
import type { Sessions, Viewer } from '../session.ts'
import type { DrfSettings } from './drf-options.ts'
import { readRoute } from './drf-route.ts'

/** What tus and the IETF draft need of the handler's options: where uploads are, and what is allowed. */
export type WireSettings = Pick<DrfSettings, 'path' | 'trailingSlash' | 'maxSize' | 'terminate' | 'origin'> & {
  readonly now: () => number
  /** Least bytes of a chunk that is not the last one. */
  readonly minChunkSize: number
}

/** A request on its way through such a dialect: admitted, with everything that answering takes. */
export interface WireCall {
  readonly request: Request
  readonly connection: Connection
  readonly viewer: Viewer
  readonly sessions: Sessions
  readonly settings: WireSettings
}

/** Headers of an answer; what is `undefined` is left out. */
export type AnswerHeaders = Readonly<Record<string, string | undefined>>

/** The id that an address of an upload names, `list` for the address of creations, `undefined` for any other. */
export function readTarget(url: URL, { path }: WireSettings): 'list' | { readonly id: string } | undefined {
  const slashed = (text: string): string => (text.endsWith('/') ? text : `${text}/`)
  const settings = { path: slashed(path), ids: 'uuid', trailingSlash: true } as const
  const route = readRoute({ pathname: slashed(url.pathname), search: '' }, settings)
  if (route?.to === 'list') return 'list'
  return route?.to === 'detail' ? { id: route.id } : undefined
}

/** Address of an upload: the same in every dialect. */
export function addressOf(id: string, request: Request, { path, trailingSlash, origin }: WireSettings): string {
  return `${origin(request)}${path.endsWith('/') ? path : `${path}/`}${id}${trailingSlash ? '/' : ''}`
}

/** Headers without those that have no value. */
export function headersOf(headers: AnswerHeaders): Headers {
  const all = new Headers()
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) all.set(name, value)
  return all
}

/** Runs a reader of the protocol package: what it throws is the problem `malformed`, without the value that it was. */
export function parsed<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw new UploadProblem('malformed', cause.message.replace(/, got .*$/s, ''), { cause })
  }
}

/** A problem as an answer after RFC 9457, with the headers that go with it. */
export function problemAnswer(problem: UploadProblem, headers: AnswerHeaders, body?: object): Response {
  const { status, code, message } = problem
  const { answer, retryAfter, challenge } = problem.details
  const text = JSON.stringify(answer ?? body ?? { ...writeProblem({ code, detail: message }), status })
  const all = headersOf({
    // Tools that read raw sockets do not put chunked answers together.
    'Content-Length': String(new TextEncoder().encode(text).length),
    'Retry-After': retryAfter === undefined ? undefined : String(retryAfter),
    'WWW-Authenticate': challenge,
    'Content-Type': answer === undefined ? 'application/problem+json' : 'application/json',
    ...headers,
  })
  return noteProblem(new Response(text, { status, headers: all }), code)
}

/** The host's own answer to a finish, with the headers of the dialect. */
export function withHeaders(answer: Response, headers: AnswerHeaders, status: number = answer.status): Response {
  const all = new Headers(answer.headers)
  for (const [name, value] of headersOf(headers)) all.set(name, value)
  return new Response(status === 204 ? null : answer.body, { status, headers: all })
}
