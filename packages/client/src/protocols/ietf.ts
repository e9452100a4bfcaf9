import { partialUploadType, writeFlag } from '@chunkwise/protocol'
import { list, whole } from '../kinds.ts'
import { checked } from '../option-check.ts'
import type {
  Checksum,
  Chunk,
  ChunkRules,
  Complete,
  Confirmed,
  FileFacts,
  Gone,
  Protocol,
  ProtocolRequest,
  Session,
  Tools,
} from '../types.ts'
import { urlOf } from './address.ts'
import { ask, cannot, dropped, isMissing, type Answer } from './answer.ts'
import { arrived, compared, ended } from './arrived.ts'
import { creationHeaders } from './creation-headers.ts'
import { djangoFar } from './far.ts'
import { countIn, locationIn, unreadable } from './fields.ts'

/** What a server of the draft is like, as far as it does not tell. */
export interface IetfOptions {
  /**
   * `Upload-Draft-Interop-Version`, for servers that know the protocol by it: tusd with the draft enabled wants 4 to 6. From 4 (draft -02) on.
   * Default: none is sent, as in the standard to come; cross-origin a server must allow the header.
   */
  readonly interop?: number
  /** Origins other than the endpoint's that uploads may lie at: `https://*.example.com`. They get none of the app's credentials. */
  readonly origins?: readonly string[]
}

/** The first revision with the fields as they are now. */
const oldest = 4

/**
 * Resumable Uploads for HTTP, the standard to come (draft-ietf-httpbis-resumable-upload). A browser is shown no `104`, so the upload is
 * created carefully: without bytes, to learn its address and limits before any are sent. Where the server tells the digest of
 * what it has stored (`Repr-Digest`, as ours does), it is compared with the file's.
 *
 * @throws TypeError for an option that is unknown or wrong, naming it.
 * @example
 * createUploader({ endpoint: '/files/', protocol: ietf() })
 */
export function ietf(options: IetfOptions = {}): Protocol {
  const { interop, origins = [] } = checked('speak ietf', { interop: [whole(oldest)], origins: [list] }, options)

  const version = interop !== undefined && { 'Upload-Draft-Interop-Version': String(interop) }

  const say = (
    tools: Tools,
    action: string,
    method: string,
    url: string,
    more: Partial<ProtocolRequest> = {},
  ): Promise<Answer> => ask(tools, action, method, url, { ...more, headers: { ...more.headers, ...version } })

  async function create(file: FileFacts, _: unknown, tools: Tools): Promise<Confirmed & { readonly session: Session }> {
    const { name, size, type, metadata } = file
    const action = `create an upload of "${name}"`
    const answer = await say(tools, action, 'POST', tools.endpoint, {
      headers: {
        'Upload-Complete': writeFlag(false),
        'Upload-Length': String(size),
        'Content-Type': type || 'application/octet-stream',
        'Content-Disposition': `inline; filename*=UTF-8''${extended(name)}`,
        ...creationHeaders(action, file, metadata, tools),
      },
    })
    const { ok, status } = answer
    // Nothing was sent yet: it is the file that is too large (F15). Nothing lives at an address that knows no creation.
    if (status === 404) throw answer.error('rejected')
    if (!ok) throw answer.error(isFinal(answer) ? 'refused' : status === 413 ? 'file-too-large' : undefined)
    const url = locationIn(answer, tools.endpoint, origins, isMarked(answer))
    return { session: { url }, offset: 0, ...limitsOf(answer) }
  }

  async function append(session: Session, file: FileFacts, chunk: Chunk, tools: Tools): Promise<Confirmed | Gone> {
    const { offset, body } = chunk
    const end = offset + body.size
    const last = end === file.size
    const answer = await say(tools, `append at offset ${offset}`, 'PATCH', urlOf(session), {
      headers: {
        'Content-Type': partialUploadType,
        'Upload-Offset': String(offset),
        'Upload-Complete': writeFlag(last),
      },
      ...(body.size > 0 && { body, carries: body.size }),
    })
    if (!answer.ok) {
      // All bytes are there, and were refused for what they are: sending on is useless.
      if (isFinal(answer)) throw answer.error('refused')
      const { text } = answer.problem
      if (answer.status !== 409 && !text.includes('completed-upload')) return gone(answer)
      const stands = await query(session, file, tools)
      // tusd gives no reason. Where nothing has moved, a 409 without one was about something else.
      const reasoned = isMarked(answer) || text.includes('-upload')
      if (!reasoned && stands !== 'gone' && stands.offset === offset) throw answer.error()
      return stands
    }
    if (!isMarked(answer)) throw unreadable(answer, 'Upload-Complete', false)
    // Where it says nothing of the sort, the last bytes were the last ones.
    if (isFinal(answer) || (last && answer.header('Upload-Complete') === undefined))
      return arrived(answer, session, file.size)
    return { offset: countIn(answer, 'Upload-Offset') ?? end, ...limitsOf(answer) }
  }

  async function query(session: Session, { size }: FileFacts, tools: Tools): Promise<Confirmed | Gone> {
    const answer = await say(tools, 'ask for the offset', 'HEAD', urlOf(session))
    if (!answer.ok) return gone(answer)
    const offset = countIn(answer, 'Upload-Offset')
    if (offset === undefined) throw unreadable(answer, 'Upload-Offset', isMarked(answer))
    // Another length is another file's (F10).
    if ((countIn(answer, 'Upload-Length') ?? size) !== size) return 'gone'
    if (offset === size && isFinal(answer)) return arrived(answer, session, size)
    return { offset, ...limitsOf(answer) }
  }

  async function complete(
    session: Session,
    file: FileFacts,
    checksum: Checksum | undefined,
    tools: Tools,
  ): Promise<Complete | Confirmed | Gone> {
    const { name, size } = file
    const known = compared(session, checksum)
    if (known) return known
    // Where all bytes are there, and nobody has said that they were the last ones, that is said now (draft, "Upload Append").
    const finish = () => append(session, file, { offset: size, body: new Blob() }, tools)
    for (const step of [() => query(session, file, tools), finish]) {
      const said = ended(await step(), checksum)
      if (said === 'gone' || !('offset' in said) || said.offset !== size) return said
    }
    throw cannot('conflict', `complete the upload of "${name}"`, 'the server has every byte and waits for more')
  }

  const terminate = async (session: Session, tools: Tools): Promise<boolean> =>
    dropped(await say(tools, 'terminate', 'DELETE', urlOf(session)))

  return {
    name: 'ietf',
    far: { ...djangoFar, first: 0, settleMs: 0, empty: true },
    create,
    offset: query,
    append,
    complete,
    terminate,
  }
}

// The full grammar of structured fields (RFC 9651) is for the server, which has room for it: here what is written otherwise is as
// good as absent.
const isFinal = ({ header }: Answer): boolean => /^\?1\b/.test(header('Upload-Complete') ?? '')

/** Whether it is surely an upload server that has answered. */
const isMarked = ({ header }: Answer): boolean => (header('Upload-Offset') ?? header('Upload-Complete')) !== undefined

function gone(answer: Answer): Gone {
  if (isMissing(answer)) return 'gone'
  throw answer.error()
}

/** `Upload-Limit` as rules for chunks (draft, "Upload-Limit"). */
function limitsOf({ header }: Answer): { readonly rules?: ChunkRules } {
  const limits = (header('Upload-Limit') ?? '').matchAll(/(?:^|[ ,])(min|max)-append-size=(\d{1,15})(?![\d.])/g)
  const rules = Array.from(limits, ([, name = '', size]) => [name, Number(size)] as const).filter(([, size]) => size)
  return rules.length > 0 ? { rules: Object.fromEntries(rules) } : {}
}

/** RFC 8187: UTF-8, percent-encoded, with what `encodeURIComponent` leaves and the header does not. */
const extended = (name: string): string =>
  encodeURIComponent(name.replace(/\p{Surrogate}/gu, '\ufffd')).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
