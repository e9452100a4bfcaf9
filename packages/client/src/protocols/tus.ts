import { tusChecksumMismatch, tusDataType, tusVersion, type Metadata } from '@chunkwise/protocol'
import { UploadError } from '../errors.ts'
import { checked } from '../option-check.ts'
import type { Checksum, Chunk, Complete, Confirmed, FileFacts, Gone, Protocol, Session, Tools } from '../types.ts'
import { urlOf } from './address.ts'
import { ask, cannot, dropped, isMissing, type Answer } from './answer.ts'
import { arrived, compared, ended } from './arrived.ts'
import { creationHeaders } from './creation-headers.ts'
import { djangoFar } from './far.ts'
import { countIn, locationIn, unreadable } from './fields.ts'
import { choices, type TusOptions } from './tus-options.ts'

type Created = Confirmed & { readonly session: Session }

/**
 * tus 1.0.0: `POST` to create, `HEAD` for the offset, `PATCH` with `Upload-Offset`, `DELETE`. The last byte completes an upload; where
 * the server then tells the digest of what it has stored (`Repr-Digest`, as ours does), it is compared with the file's.
 *
 * An upload is begun anew only if the server says that it knows it no longer (404 or 410): not for any other failure.
 *
 * @throws TypeError for an option that is unknown or wrong, naming it.
 * @example
 * createUploader({ endpoint: 'https://tusd.example/files/', protocol: tus() })
 */
export function tus(options: TusOptions = {}): Protocol {
  const {
    chunk = {},
    creationWithUpload,
    checksum: sumOf,
    methodOverride,
    ...more
  } = checked('speak tus', choices, options)
  const { origins = [], metadata: describe = factsOf, uploadUrl } = more

  async function say(
    tools: Tools,
    action: string,
    method: string,
    url: string,
    headers: Record<string, string> = {},
    body?: Blob,
  ): Promise<Answer> {
    const instead = methodOverride && /PATCH|DELETE/.test(method)
    return ask(tools, action, instead ? 'POST' : method, url, {
      headers: {
        'Tus-Resumable': tusVersion,
        ...headers,
        ...(instead && { 'X-HTTP-Method-Override': method }),
        ...(body && { 'Content-Type': tusDataType, ...(await sumOf?.(body, tools)) }),
      },
      ...(body && { body, carries: body.size }),
    })
  }

  async function create(file: FileFacts, first: Chunk | undefined, tools: Tools): Promise<Created> {
    const action = `create an upload of "${file.name}"`
    if (uploadUrl) return adopt(action, file, uploadUrl, tools)
    const headers = { 'Upload-Length': String(file.size), ...creationHeaders(action, file, describe(file), tools) }
    const answer = await say(tools, action, 'POST', tools.endpoint, headers, first?.body)
    const { ok, status } = answer
    // Nothing lives at an address that knows no creation. Without bytes it is the file that is too large (F15).
    if (isMissing(answer)) throw answer.error('rejected')
    if (!ok) throw answer.error(status === 413 && !first ? 'file-too-large' : undefined)
    const marked = isTus(answer)
    const session: Session = { url: locationIn(answer, tools.endpoint, origins, marked), marked }
    // A server that does not know "creation-with-upload" takes no bytes, and says nothing of an offset.
    const offset = answer.header('Upload-Offset') === undefined ? 0 : offsetIn(answer)
    return { session, ...(offset === file.size ? arrived(answer, session, offset) : { offset }) }
  }

  async function append(session: Session, file: FileFacts, chunk: Chunk, tools: Tools): Promise<Confirmed | Gone> {
    const { offset, body } = chunk
    const headers = { 'Upload-Offset': String(offset) }
    const answer = await say(tools, `append at offset ${offset}`, 'PATCH', urlOf(session), headers, body)
    // Whoever hears their own offset again was not at the wrong one.
    if (answer.status === 409) return query(session, file, tools)
    // What was damaged on its way may also have changed in the file.
    if (answer.status === tusChecksumMismatch) throw answer.error('malformed')
    return stands(answer, session, file)
  }

  const query = async (session: Session, file: FileFacts, tools: Tools): Promise<Confirmed | Gone> =>
    stands(await say(tools, 'ask for the offset', 'HEAD', urlOf(session)), session, file)

  const complete = async (
    session: Session,
    file: FileFacts,
    checksum: Checksum | undefined,
    tools: Tools,
  ): Promise<Complete | Confirmed | Gone> =>
    compared(session, checksum) ?? ended(await query(session, file, tools), checksum)

  const terminate = async (session: Session, tools: Tools): Promise<boolean> =>
    dropped(await say(tools, 'terminate', 'DELETE', urlOf(session)))

  // An upload that somebody else has created may be anywhere, and have bytes already.
  async function adopt(action: string, file: FileFacts, give: GiveUrl, tools: Tools): Promise<Created> {
    const { signal, endpoint } = tools
    let url = ''
    try {
      url = new URL(await give(file, signal), endpoint).href
    } catch (cause) {
      signal.throwIfAborted()
      throw cause instanceof UploadError
        ? cause
        : cannot('server', action, `"uploadUrl" has failed: ${String(cause)}`, cause)
    }
    signal.throwIfAborted()
    if (!url.startsWith('http')) throw cannot('rejected', action, `"uploadUrl" gave ${url}`)
    const session = { url }
    const begun = await query(session, file, tools)
    if (begun !== 'gone') return { session, ...begun }
    throw cannot('gone', action, `there is no upload of ${file.size} bytes at ${url}`)
  }

  return {
    name: 'tus',
    far: { ...djangoFar, chunk, first: creationWithUpload && !uploadUrl ? Infinity : 0, settleMs: 0, empty: true },
    create,
    offset: query,
    append,
    complete,
    terminate,
  }
}

type GiveUrl = NonNullable<TusOptions['uploadUrl']>

const factsOf = ({ name, type, metadata }: FileFacts): Metadata => ({ filename: name, filetype: type, ...metadata })

/** tus 1.0, "Tus-Resumable": on every answer. Across origins it may be there and not be readable. */
const isTus = ({ header }: Answer): boolean => header('Tus-Resumable') !== undefined

function offsetIn(answer: Answer): number {
  const offset = countIn(answer, 'Upload-Offset')
  if (offset === undefined) throw unreadable(answer, 'Upload-Offset', isTus(answer))
  return offset
}

function stands(answer: Answer, session: Session, file: FileFacts): Confirmed | Gone {
  const { ok, status } = answer
  // A 404 from a server that has said who it is, and now does not, is something else's in between (F11).
  const surely = status === 410 || (status === 404 && (!session['marked'] || isTus(answer)))
  if (surely) return 'gone'
  if (!ok) throw answer.error(status === 404 ? 'blocked' : undefined)
  const offset = offsetIn(answer)
  // Another length is another file's (F10).
  if ((countIn(answer, 'Upload-Length') ?? file.size) !== file.size) return 'gone'
  return offset === file.size ? arrived(answer, session, offset) : { offset }
}
