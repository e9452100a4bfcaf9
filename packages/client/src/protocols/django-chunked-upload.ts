import { writeContentRange } from '@chunkwise/protocol'
import { UploadError } from '../errors.ts'
import { wrong } from '../option-check.ts'
import type { Checksum, Chunk, Confirmed, FileFacts, Gone, Protocol, Session, Tools } from '../types.ts'
import { ask, cannot, goneOrThrow, readUpload, refusal, type Answer } from './answer.ts'
import { appended, confirmed } from './appended.ts'
import { djangoFar } from './far.ts'
import { finish } from './finish.ts'
import { checksumFields, formOf, type Fields } from './form.ts'

/** How a Django project has set django-chunked-upload up. Nothing of it can be asked over the wire. */
export interface DjangoOptions {
  /** The address of the project's `ChunkedUploadCompleteView`; relative to the endpoint. */
  readonly completeEndpoint: string
  /** Name of the form field that carries the bytes: `field_name` of the project's `ChunkedUploadView`. Default `file`. */
  readonly fileField?: string
  /** Name of the form field that carries the checksum. Default: its algorithm; django-chunked-upload itself knows `md5` only. */
  readonly checksumField?: string
}

/**
 * The protocol of the Django app django-chunked-upload 2.0: `POST` of forms, to one address for chunks and to another for the
 * finish.
 *
 * The server has no question for the offset. It is asked by a chunk that it cannot store, a form without the bytes that its
 * range tells of: the refusal names the offset.
 *
 * After an unanswered finish the server is asked until it must be done. The finish is sent again only if it has not been done by
 * then, or if an upload past its lifetime cannot say: each one that arrives runs the project's `on_completion` once more,
 * which still is better than the same file twice. So let `on_completion` bear a repeat.
 *
 * When an upload `expires` is not believed but asked for: only the server's clock counts.
 *
 * @throws TypeError if `completeEndpoint` is no address.
 * @example
 * const protocol = djangoChunkedUpload({ completeEndpoint: '/api/chunked_upload_complete/' })
 * createUploader({ endpoint: '/api/chunked_upload/', protocol })
 */
export function djangoChunkedUpload({ completeEndpoint, fileField = 'file', checksumField }: DjangoOptions): Protocol {
  if (typeof completeEndpoint !== 'string') {
    throw wrong('speak django-chunked-upload', 'completeEndpoint', 'an address', completeEndpoint)
  }

  const sendBytes = (
    action: string,
    fields: Fields,
    file: FileFacts,
    body: Blob,
    range: string | undefined,
    tools: Tools,
  ): Promise<Answer> =>
    ask(tools, action, 'POST', tools.endpoint, {
      headers: range ? { 'Content-Range': range } : {},
      body: formOf(fields, fileField, body, file),
      carries: body.size,
    })

  async function create(
    file: FileFacts,
    { body }: Chunk = { offset: 0, body: new Blob() },
    tools: Tools,
  ): Promise<Confirmed & { session: Session }> {
    const action = `create an upload of "${file.name}"`
    // Whatever the app's own fields are, none of them names an upload to go on with.
    const fields: Fields = [...Object.entries(file.metadata), ['upload_id', '']]
    const range = body.size > 0 ? writeContentRange(0, body.size, file.size) : undefined
    const answer = await sendBytes(action, fields, file, body, range, tools)
    if (!answer.ok) throw refusal(answer)
    const { offset } = readUpload(answer)
    const id: unknown = Reflect.get(Object(answer.json), 'upload_id')
    if (typeof id === 'string') return { session: { id }, offset }
    throw cannot('malformed', action, `expected "upload_id" as a text, got ${answer.text}`)
  }

  async function append(session: Session, file: FileFacts, chunk: Chunk, tools: Tools): Promise<Confirmed | Gone> {
    const { offset, body } = chunk
    const range = writeContentRange(offset, body.size, file.size)
    const answer = await sendBytes(`append at offset ${offset}`, [idOf(session)], file, body, range, tools)
    return appended(
      answer,
      chunk,
      () => query(session, file, tools),
      (refused) => goneOrThrow(refused, tools, true),
    )
  }

  async function query(session: Session, file: FileFacts, tools: Tools): Promise<Confirmed | Gone> {
    const { size } = file
    // Without bytes, so that nothing is stored even where the range is lost on the way.
    const range = writeContentRange(0, 1, size || 1)
    const answer = await sendBytes('ask for the offset', [idOf(session)], file, new Blob(), range, tools)
    const { text, expectedOffset } = answer.problem
    const finishing = tools.unanswered === 'complete'
    if (answer.ok) return confirmed(answer)
    // Past its lifetime even a finished upload is only that. The finish does not look at it, and tells.
    if (answer.status === 410 && finishing) return { offset: size }
    if (answer.status !== 400) return goneOrThrow(answer, tools, true)
    if (expectedOffset !== undefined) return { offset: expectedOffset }
    // The offset is judged before the size: it must have been the one of the range.
    if (text.startsWith('File size')) return { offset: 0 }
    if (!text.startsWith('Upload has already')) throw answer.error()
    // Only after a finish of our own that went unanswered is it our checksum that the server compared.
    return { offset: size, complete: { url: undefined, answer: undefined, verified: finishing } }
  }

  function complete(session: Session, file: FileFacts, checksum: Checksum | undefined, tools: Tools) {
    const url = new URL(completeEndpoint, tools.endpoint).href
    const ask = () => query(session, file, tools)
    return finish(
      {
        url,
        fields: [idOf(session), ...checksumFields(checksum, checksumField)],
        finished: undefined,
        query: ask,
        gone: async (answer) => {
          // The upload may be missing, or the address of the finish be wrong.
          if (answer.status === 404 && (await ask()) !== 'gone') throw refusal(answer)
          return goneOrThrow(answer, tools, true)
        },
        differs: (text) => text.includes('does not match'),
      },
      file,
      checksum,
      tools,
    )
  }

  return {
    name: 'django-chunked-upload',
    far: { ...djangoFar, empty: true },
    create,
    offset: query,
    append,
    complete,
    // Nothing can be dropped over the wire: the server keeps it until the project cleans up.
    terminate: () => Promise.resolve(false),
  }
}

function idOf({ id }: Session): [string, string] {
  if (typeof id === 'string') return ['upload_id', id]
  throw new UploadError('gone', 'Cannot go on: the session has no id')
}
