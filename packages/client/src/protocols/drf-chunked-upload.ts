import {
  drfFilename,
  readDrfProblem,
  readDrfUpload,
  writeContentRange,
  type DrfProblem,
  type DrfUpload,
} from '@chunkwise/protocol'
import { UploadError, type ErrorCode } from '../errors.ts'
import type {
  Checksum,
  Chunk,
  Complete,
  Confirmed,
  FileFacts,
  Gone,
  Protocol,
  ProtocolRequest,
  Reply,
  Session,
  Tools,
} from '../types.ts'
import { failureOf, jsonOf } from './failure.ts'

/** How a Django project has set drf-chunked-upload up. Nothing of it can be asked over the wire. */
export interface DrfOptions {
  /** Name of the form field that carries the bytes. Default `file`. */
  readonly fileField?: string
  /** Name of the form field that carries the checksum. Default: its algorithm, as the server does. */
  readonly checksumField?: string
  /**
   * Files up to this size (bytes) go whole in one `POST`. Default 0, never: a lost answer there leaves a finished upload
   * behind that a repeat doubles, unless the server is ours.
   */
  readonly whole?: number
}

/** Stock nginx lets 1 MiB through, and the form around the bytes needs its share. */
const first = 1024 * 1024 - 4096

/** How slowly a server may hash, in bytes per millisecond: what a finish may take is judged by it. */
const hashing = 20_000

const required = /^Checksum of type .* required/
// A body that was cut on its way looks like this, or like a part of another size than its range.
const truncated = /^(No chunk file|File size doesn't match)/
const anonymous = /user cannot be determined/
const already = /^Upload has already been/

/**
 * The protocol of the Django app drf-chunked-upload (0.5 and 0.6), its relatives by m3hrdadfi and for async views, and of
 * our server: `PUT` with `Content-Range`, `GET` for the offset, `POST` of the checksum.
 *
 * @example
 * createUploader({ endpoint: '/api/uploads/', protocol: drfChunkedUpload({ fileField: 'my_file' }) })
 */
export function drfChunkedUpload({ fileField = 'file', checksumField, whole = 0 }: DrfOptions = {}): Protocol {
  const fieldsOf = (checksum: Checksum | undefined): [string, string][] =>
    checksum ? [[checksumField ?? checksum.algorithm, checksum.hex]] : []

  function sendBytes(
    action: string,
    url: string,
    file: FileFacts,
    { offset, body }: Chunk,
    tools: Tools,
    fields: readonly [string, string][] = [],
  ): Promise<Answer> {
    const form = new FormData()
    for (const [name, value] of fields) form.append(name, value)
    // A host's validators see the name and type of the part, and nothing else.
    form.append(fileField, body.slice(0, body.size, file.type), drfFilename(file.name))
    const more = { body: form, carries: body.size }
    // A checksum known beforehand is that of a whole file, which goes in one request.
    if (file.checksum) return ask(tools, action, 'POST', url, more)
    const headers = { 'Content-Range': writeContentRange(offset, body.size, file.size) }
    return ask(tools, action, 'PUT', url, { ...more, headers })
  }

  async function create(
    file: FileFacts,
    chunk: Chunk = { offset: 0, body: new Blob() },
    tools: Tools,
  ): Promise<Confirmed & { session: Session }> {
    const action = `create an upload of "${file.name}"`
    const answer = await sendBytes(action, tools.endpoint, file, chunk, tools, [
      ['filename', drfFilename(file.name)],
      ['upload_key', file.key],
      ...Object.entries(file.metadata),
      ...fieldsOf(file.checksum),
    ])
    if (!answer.ok) throw refusal(answer)
    const upload = read(answer)
    const session = { url: addressOf(upload, tools.endpoint) }
    const { offset } = upload
    return { session, offset, ...(file.checksum && { complete: completed(session, answer, true) }) }
  }

  async function append(session: Session, file: FileFacts, chunk: Chunk, tools: Tools): Promise<Confirmed | Gone> {
    const answer = await sendBytes(`append at offset ${chunk.offset}`, urlOf(session), file, chunk, tools)
    if (answer.ok) return confirmed(read(answer))
    if (answer.status !== 400) return gone(answer, tools)
    const { text, expectedOffset } = answer.problem
    if (expectedOffset !== undefined) return { offset: expectedOffset }
    // A refusal without a number: the upload may be finished, or stand elsewhere.
    const stands = await query(session, tools)
    if (stands === 'gone' || stands.complete || stands.offset !== chunk.offset) return stands
    throw answer.error(truncated.test(text) ? 'malformed' : undefined)
  }

  async function query(session: Session, tools: Tools): Promise<Confirmed | Gone> {
    const answer = await ask(tools, 'ask for the offset', 'GET', urlOf(session))
    if (!answer.ok) return gone(answer, tools)
    const upload = read(answer)
    if (upload.status !== 2) return confirmed(upload)
    // Only after a finish of our own that went unanswered is it our checksum that the server compared.
    return { offset: upload.offset, complete: completed(session, answer, tools.unanswered === 'complete') }
  }

  async function complete(
    session: Session,
    file: FileFacts,
    checksum: Checksum | undefined,
    tools: Tools,
  ): Promise<Complete | Confirmed | Gone> {
    const unanswered = tools.unanswered === 'complete'
    const known = unanswered && (await outlast(session, file, tools))
    if (known) return known
    const answer = await ask(tools, `complete the upload of "${file.name}"`, 'POST', urlOf(session), {
      body: new URLSearchParams(fieldsOf(checksum)),
      answerMs: 60_000 + file.size / hashing,
    })
    const { ok, text, json, problem, error } = answer
    const verified = checksum !== undefined
    if (ok && (text === '' || (json !== undefined && !isUnfinished(json)))) return completed(session, answer, verified)
    if (!ok && answer.status !== 400) return gone(answer, tools)
    const stands = await query(session, tools)
    const done = stands !== 'gone' && stands.complete
    if (done && (ok || unanswered)) return { ...done, verified }
    // A page instead of an answer, a portal or a login in between, or an upload that is not complete.
    if (ok) throw stranger(answer)
    // A browser may have sent the finish twice by itself (F03), or somebody else has finished: nobody knows what was compared.
    if (done && already.test(problem.text)) return { ...done, verified: false }
    if (done) throw error('refused')
    if (stands === 'gone' || stands.offset !== file.size) return stands
    throw error(required.test(problem.text) ? undefined : 'checksum')
  }

  // The server may go on hashing long after its answer was lost: it is asked until it must be done.
  async function outlast(
    session: Session,
    file: FileFacts,
    tools: Tools,
  ): Promise<Complete | Confirmed | Gone | undefined> {
    const { clock, signal } = tools
    const until = clock.now() + 2_000 + file.size / hashing
    for (let pauseMs = 500; ; pauseMs = Math.min(pauseMs * 2, 30_000)) {
      const stands = await query(session, tools)
      if (stands === 'gone') return stands
      if (stands.complete) return stands.complete
      if (stands.offset !== file.size) return stands
      if (clock.now() >= until) return undefined
      await clock.sleep(Math.min(pauseMs, until - clock.now()), signal)
    }
  }

  async function terminate(session: Session, tools: Tools): Promise<boolean> {
    // drf-chunked-upload itself has no DELETE and keeps the bytes until they expire; its fork and our server have.
    const { ok, status } = await ask(tools, 'terminate', 'DELETE', urlOf(session))
    return ok || status === 404 || status === 410
  }

  return {
    name: 'drf-chunked-upload',
    far: { chunk: {}, first, whole, settleMs: 2_000, exclusive: false, forgetsFinished: false, empty: false },
    create,
    offset: (session, _file, tools) => query(session, tools),
    append,
    complete,
    terminate,
  }
}

/** What came back, read in all the ways it may be needed. */
interface Answer extends Reply {
  /** What was tried: "append at offset 10". */
  readonly action: string
  readonly ok: boolean
  /** `undefined` if the body is no JSON. */
  readonly json: unknown
  readonly problem: DrfProblem
  error(code?: ErrorCode): UploadError
}

async function ask(
  tools: Tools,
  action: string,
  method: string,
  url: string,
  more: Partial<ProtocolRequest> = {},
): Promise<Answer> {
  const reply = await tools.send({ ...more, method, url, headers: { ...more.headers, Accept: 'application/json' } })
  const json = jsonOf(reply)
  const problem = readDrfProblem(json)
  return {
    ...{ ...reply, action, json, problem },
    ok: reply.status >= 200 && reply.status < 300,
    error: (code) => failureOf(reply, action, problem.text, tools.clock, code),
  }
}

const stranger = ({ action, status }: Answer): UploadError =>
  new UploadError('blocked', `Cannot ${action}: something else than the server answered ${status}`)

function read(answer: Answer): DrfUpload {
  if (answer.json === undefined) throw stranger(answer)
  try {
    return readDrfUpload(answer.json)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new UploadError('malformed', `Cannot ${answer.action}: ${why}`, { cause })
  }
}

function confirmed({ offset, file: stored }: DrfUpload): Confirmed {
  if (stored === null && offset > 0) {
    throw new UploadError('rejected', `Cannot go on: the server counts ${offset} bytes and has stored none`)
  }
  return { offset }
}

const isUnfinished = (answer: unknown): boolean =>
  typeof answer === 'object' && answer !== null && 'status' in answer && answer.status === 1

const completed = (session: Session, { json }: Answer, verified: boolean): Complete => ({
  url: urlOf(session),
  answer: json,
  verified,
})

// A missing upload and a missing user look the same to a server that hides others' uploads.
function gone(answer: Answer, { renewed }: Tools): Gone {
  const { status, json } = answer
  if (status === 410 || (status === 404 && json !== undefined && renewed)) return 'gone'
  throw refusal(answer)
}

function refusal({ status, json, problem, error }: Answer): UploadError {
  const missing = status === 404
  // Session authentication knows no 401, and a model that needs a user says 400.
  const anonymously = status === 400 && anonymous.test(problem.text)
  if (status === 403 || anonymously || (missing && json !== undefined)) return error('unauthorized')
  // Not the app but the router: no upload ever lived under this address.
  return error(missing ? 'rejected' : undefined)
}

function urlOf({ url }: Session): string {
  if (typeof url === 'string') return url
  throw new UploadError('gone', 'Cannot go on: the session has no address')
}

// Behind a proxy the server may give a scheme and host that lead nowhere: only the path is believed, and only below the endpoint.
function addressOf({ url = '', id }: DrfUpload, endpoint: string): string {
  const base = new URL(endpoint)
  const below = base.pathname.replace(/\/?$/, '/')
  const { pathname, search } = URL.canParse(url, base) ? new URL(url, base) : base
  if (pathname.startsWith(below) && pathname !== below) return new URL(pathname + search, base).href
  if (id === undefined) throw new UploadError('malformed', 'Cannot go on: the server names neither id nor url')
  return new URL(`${below}${encodeURIComponent(id)}${base.pathname.endsWith('/') ? '/' : ''}`, base).href
}
