import { drfFilename, writeContentRange, type DrfUpload } from '@chunkwise/protocol'
import { UploadError } from '../errors.ts'
import type { Checksum, Chunk, Complete, Confirmed, FileFacts, Gone, Protocol, Session, Tools } from '../types.ts'
import { addressAt, urlOf } from './address.ts'
import { ask, dropped, goneOrThrow, readUpload, refusal, type Answer } from './answer.ts'
import { appended, confirmed } from './appended.ts'
import { djangoFar } from './far.ts'
import { finish } from './finish.ts'
import { checksumFields, formOf, type Fields } from './form.ts'

/** How a Django project has set drf-chunked-upload up. Nothing of it can be asked over the wire. */
export interface DrfOptions {
  /** Name of the form field that carries the bytes. Default `file`. */
  readonly fileField?: string
  /** Name of the form field that carries the checksum. Default: its algorithm, as the server does. */
  readonly checksumField?: string
  /**
   * Files up to this size (bytes) go whole in one `POST`. Default: those under 1 MiB, once a server has shown that it knows a
   * repeated creation by its key, as ours does; elsewhere a lost answer would leave a finished upload behind that a repeat
   * doubles. 0: never.
   */
  readonly whole?: number
}

const required = /^Checksum of type .* required/
const anonymous = /user cannot be determined/

/**
 * The protocol of the Django app drf-chunked-upload (0.5 and 0.6), its relatives by m3hrdadfi and for async views, and of
 * our server: `PUT` with `Content-Range`, `GET` for the offset, `POST` of the checksum.
 *
 * @example
 * createUploader({ endpoint: '/api/uploads/', protocol: drfChunkedUpload({ fileField: 'my_file' }) })
 */
export function drfChunkedUpload({ fileField = 'file', checksumField, whole }: DrfOptions = {}): Protocol {
  function sendBytes(
    action: string,
    url: string,
    file: FileFacts,
    { offset, body }: Chunk,
    tools: Tools,
    fields: Fields = [],
  ): Promise<Answer> {
    // A further chunk says by it that its client asks for the offset: our server then refuses what the browser repeats (F03).
    const named: Fields = [['upload_key', file.key], ...fields]
    const more = { body: formOf(named, fileField, body, file), carries: body.size }
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
      ...Object.entries(file.metadata),
      ...checksumFields(file.checksum, checksumField),
    ])
    if (!answer.ok) {
      const { status, json, problem } = answer
      // A model that needs a user says 400.
      throw refusal(answer, status === 400 ? anonymous.test(problem.text) : status === 404 && json !== undefined)
    }
    const upload = readUpload(answer)
    const session = { url: addressOf(upload, tools.endpoint) }
    const { offset } = upload
    // So answers our server, which finds the same upload by it again.
    const learnt = Reflect.get(Object(answer.json), 'upload_key') === file.key && { whole: whole ?? djangoFar.first }
    return { session, offset, ...learnt, ...(file.checksum && { complete: completed(session, answer, true) }) }
  }

  async function append(session: Session, file: FileFacts, chunk: Chunk, tools: Tools): Promise<Confirmed | Gone> {
    const answer = await sendBytes(`append at offset ${chunk.offset}`, urlOf(session), file, chunk, tools)
    return appended(
      answer,
      chunk,
      () => query(session, tools),
      (refused) => gone(refused, tools),
    )
  }

  async function query(session: Session, tools: Tools): Promise<Confirmed | Gone> {
    const answer = await ask(tools, 'ask for the offset', 'GET', urlOf(session))
    if (!answer.ok) return gone(answer, tools)
    const upload = readUpload(answer)
    if (upload.status !== 2) return confirmed(answer)
    // Only after a finish of our own that went unanswered is it our checksum that the server compared.
    return { offset: upload.offset, complete: completed(session, answer, tools.unanswered === 'complete') }
  }

  const complete = (session: Session, file: FileFacts, checksum: Checksum | undefined, tools: Tools) => {
    const url = urlOf(session)
    const fields = checksumFields(checksum, checksumField)
    const differs = (text: string): boolean => !required.test(text)
    const steps = { query: () => query(session, tools), gone: (answer: Answer) => gone(answer, tools), differs }
    return finish({ url, fields, finished: url, ...steps }, file, checksum, tools)
  }

  async function terminate(session: Session, tools: Tools): Promise<boolean> {
    // drf-chunked-upload itself has no DELETE and keeps the bytes until they expire; its fork and our server have.
    return dropped(await ask(tools, 'terminate', 'DELETE', urlOf(session)))
  }

  return {
    name: 'drf-chunked-upload',
    far: { ...djangoFar, whole: whole ?? 0 },
    create,
    offset: (session, _file, tools) => query(session, tools),
    append,
    complete,
    terminate,
  }
}

const completed = (session: Session, { json }: Answer, verified: boolean): Complete => ({
  url: urlOf(session),
  answer: json,
  verified,
})

// A 404 that is no JSON is not the app's but the router's.
const gone = (answer: Answer, tools: Tools): Gone => goneOrThrow(answer, tools, answer.json !== undefined)

// Only what lies below the endpoint is an upload.
function addressOf({ url = '', id }: DrfUpload, endpoint: string): string {
  const base = new URL(endpoint)
  const below = base.pathname.replace(/\/?$/, '/')
  const named = addressAt(endpoint, url)
  const { pathname } = new URL(named)
  if (pathname.startsWith(below) && pathname !== below) return named
  if (id === undefined) throw new UploadError('malformed', 'Cannot go on: the server names neither id nor url')
  return new URL(`${below}${encodeURIComponent(id)}${base.pathname.endsWith('/') ? '/' : ''}`, base).href
}
