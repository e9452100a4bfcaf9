import { drfFilename, readDrfProblem, readDrfUpload, writeContentRange, type DrfUpload } from '@chunkwise/protocol'
import { UploadError } from '../errors.ts'
import type {
  Checksum,
  Chunk,
  Complete,
  Confirmed,
  FileFacts,
  Gone,
  Protocol,
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

const required = /^Checksum of type .* is required/
// A body that was cut on its way looks like this, or like a part of another size than its range.
const truncated = /^(No chunk file was submitted|File size doesn't match headers)/
const anonymous = /user cannot be determined/
const already = /^Upload has already been marked as/

/**
 * The protocol of the Django app drf-chunked-upload (0.5 and 0.6), its relatives by m3hrdadfi and for async views, and of
 * our server: `PUT` with `Content-Range`, `GET` for the offset, `POST` of the checksum.
 *
 * @example
 * createUploader({ endpoint: '/api/uploads/', protocol: drfChunkedUpload({ fileField: 'my_file' }) })
 */
export function drfChunkedUpload({ fileField = 'file', checksumField, whole = 0 }: DrfOptions = {}): Protocol {
  const checksumForm = ({ algorithm, hex }: Checksum): [string, string] => [checksumField ?? algorithm, hex]

  async function create(
    file: FileFacts,
    chunk: Chunk | undefined,
    tools: Tools,
  ): Promise<Confirmed & { session: Session }> {
    const body = chunk?.body ?? new Blob()
    const form = new FormData()
    form.append('filename', drfFilename(file.name))
    form.append('upload_key', file.key)
    for (const [name, value] of Object.entries(file.metadata)) form.append(name, value)
    if (file.checksum) form.append(...checksumForm(file.checksum))
    appendFile(form, file, body)
    const reply = file.checksum
      ? await send(tools, 'POST', tools.endpoint, { body: form, carries: body.size })
      : await send(tools, 'PUT', tools.endpoint, {
          headers: { 'Content-Range': writeContentRange(0, body.size, file.size) },
          body: form,
          carries: body.size,
        })
    const action = `create an upload of "${file.name}"`
    if (!ok(reply)) throw refusal(reply, action, tools)
    const upload = read(reply, action)
    const session = { url: addressOf(upload, tools.endpoint) }
    if (!file.checksum) return { session, offset: upload.offset }
    return { session, offset: upload.offset, complete: completed(session, jsonOf(reply), true) }
  }

  async function append(session: Session, file: FileFacts, chunk: Chunk, tools: Tools): Promise<Confirmed | Gone> {
    const { offset, body } = chunk
    const form = new FormData()
    appendFile(form, file, body)
    const reply = await send(tools, 'PUT', urlOf(session), {
      headers: { 'Content-Range': writeContentRange(offset, body.size, file.size) },
      body: form,
      carries: body.size,
    })
    const action = `append at offset ${offset}`
    if (ok(reply)) return confirmed(read(reply, action), file, session)
    if (reply.status !== 400) return gone(reply, action, tools)
    const { text, expectedOffset } = readDrfProblem(jsonOf(reply))
    if (expectedOffset !== undefined) return expectedOffset > file.size ? 'gone' : { offset: expectedOffset }
    // A refusal without a number: the upload may be finished, or stand elsewhere.
    const stands = await query(session, file, tools)
    if (stands === 'gone' || stands.complete || stands.offset !== offset) return stands
    throw failureOf(reply, action, text, tools.clock, truncated.test(text) ? 'malformed' : undefined)
  }

  function appendFile(form: FormData, { name, type }: FileFacts, body: Blob): void {
    // A host's validators see the name and type of the part, and nothing else.
    form.append(fileField, body.slice(0, body.size, type), drfFilename(name))
  }

  async function query(session: Session, file: FileFacts, tools: Tools): Promise<Confirmed | Gone> {
    const reply = await send(tools, 'GET', urlOf(session))
    const action = 'ask for the offset'
    if (!ok(reply)) return gone(reply, action, tools)
    const upload = read(reply, action)
    if (upload.status !== 2) return confirmed(upload, file, session)
    // Only after a finish of our own that went unanswered is it our checksum that the server compared.
    const verified = tools.unanswered === 'complete'
    return { offset: upload.offset, complete: completed(session, jsonOf(reply), verified) }
  }

  async function complete(
    session: Session,
    file: FileFacts,
    checksum: Checksum | undefined,
    tools: Tools,
  ): Promise<Complete | Confirmed | Gone> {
    if (tools.unanswered === 'complete') {
      const answer = await outlast(session, file, tools)
      if (answer) return answer
    }
    const reply = await send(tools, 'POST', urlOf(session), {
      body: new URLSearchParams(checksum ? [checksumForm(checksum)] : []),
      answerMs: 60_000 + file.size / hashing,
    })
    const action = `complete the upload of "${file.name}"`
    if (ok(reply)) {
      const answer = jsonOf(reply)
      if (reply.text === '' || (answer !== undefined && !isUnfinished(answer)))
        return completed(session, answer, checksum !== undefined)
      // A page instead of an answer, a portal or a login in between, or an upload that is not complete. The server knows.
      const stands = await query(session, file, { ...tools, unanswered: 'complete' })
      if (stands === 'gone' || !stands.complete) {
        throw new UploadError('blocked', `Cannot ${action}: something else than the server answered`)
      }
      return { ...stands.complete, verified: checksum !== undefined }
    }
    if (reply.status !== 400) return gone(reply, action, tools)
    const { text } = readDrfProblem(jsonOf(reply))
    const stands = await query(session, file, tools)
    if (stands === 'gone') return stands
    if (stands.complete && tools.unanswered === 'complete')
      return { ...stands.complete, verified: checksum !== undefined }
    // A browser may have sent the finish twice by itself (F03), or somebody else has finished: nobody knows what was compared.
    if (stands.complete && already.test(text)) return { ...stands.complete, verified: false }
    if (stands.complete) throw failureOf(reply, action, text, tools.clock, 'refused')
    if (stands.offset < file.size) return stands
    throw failureOf(reply, action, text, tools.clock, required.test(text) ? undefined : 'checksum')
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
      const stands = await query(session, file, tools)
      if (stands === 'gone') return stands
      if (stands.complete) return stands.complete
      if (stands.offset < file.size) return stands
      if (clock.now() >= until) return undefined
      await clock.sleep(Math.min(pauseMs, until - clock.now()), signal)
    }
  }

  async function terminate(session: Session, tools: Tools): Promise<boolean> {
    // drf-chunked-upload itself has no DELETE and keeps the bytes until they expire; its fork and our server have.
    const { status } = await send(tools, 'DELETE', urlOf(session))
    return (status >= 200 && status < 300) || status === 404 || status === 410
  }

  return {
    name: 'drf-chunked-upload',
    far: { chunk: {}, first, whole, settleMs: 2_000, exclusive: false, forgetsFinished: false, empty: false },
    create,
    offset: query,
    append,
    complete,
    terminate,
  }
}

const send = (
  tools: Tools,
  method: string,
  url: string,
  rest: Partial<Parameters<Tools['send']>[0]> = {},
): Promise<Reply> => tools.send({ ...rest, method, url, headers: { ...rest.headers, Accept: 'application/json' } })

const ok = ({ status }: Reply): boolean => status >= 200 && status < 300

function read(reply: Reply, action: string): DrfUpload {
  const json = jsonOf(reply)
  if (json === undefined) {
    throw new UploadError('blocked', `Cannot ${action}: something else than the server answered ${reply.status}`)
  }
  try {
    return readDrfUpload(json)
  } catch (cause) {
    throw new UploadError('malformed', `Cannot ${action}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  }
}

function confirmed({ offset, file: stored }: DrfUpload, file: FileFacts, session: Session): Confirmed | Gone {
  if (stored === null && offset > 0) {
    throw new UploadError(
      'rejected',
      `Cannot go on at ${urlOf(session)}: the server counts ${offset} bytes and has stored none`,
    )
  }
  // More bytes than the file has: this is not its session.
  return offset > file.size ? 'gone' : { offset }
}

const isUnfinished = (answer: unknown): boolean =>
  typeof answer === 'object' && answer !== null && 'status' in answer && answer.status === 1

const completed = (session: Session, answer: unknown, verified: boolean): Complete => ({
  url: urlOf(session),
  answer,
  verified,
})

// A missing upload and a missing user look the same to a server that hides others' uploads.
function gone(reply: Reply, action: string, tools: Tools): Gone {
  const json = jsonOf(reply)
  if (reply.status === 410) return 'gone'
  if (reply.status === 404 && json !== undefined && tools.renewed) return 'gone'
  throw refusal(reply, action, tools)
}

function refusal(reply: Reply, action: string, { clock }: Tools): UploadError {
  const json = jsonOf(reply)
  const { text } = readDrfProblem(json)
  const missing = reply.status === 404
  // Session authentication knows no 401, and a model that needs a user says 400.
  if (reply.status === 403 || (reply.status === 400 && anonymous.test(text)) || (missing && json !== undefined)) {
    return failureOf(reply, action, text, clock, 'unauthorized')
  }
  // Not the app but the router: no upload ever lived under this address.
  return failureOf(reply, action, text, clock, missing ? 'rejected' : undefined)
}

function urlOf({ url }: Session): string {
  if (typeof url === 'string') return url
  throw new UploadError('gone', 'Cannot use the remembered session: it has no address')
}

// Behind a proxy the server may give a scheme and host that lead nowhere: only the path is believed, and only below the endpoint.
function addressOf({ url, id }: DrfUpload, endpoint: string): string {
  const base = new URL(endpoint)
  const below = base.pathname.replace(/\/?$/, '/')
  const named = url === undefined ? undefined : URL.canParse(url, base) ? new URL(url, base) : undefined
  if (named?.pathname.startsWith(below) && named.pathname !== below)
    return new URL(named.pathname + named.search, base).href
  if (id === undefined)
    throw new UploadError('malformed', 'Cannot use the new upload: the server names neither its id nor its url')
  return new URL(`${below}${encodeURIComponent(id)}${base.pathname.endsWith('/') ? '/' : ''}`, base).href
}
