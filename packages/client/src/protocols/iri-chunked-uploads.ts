import { drfFilename, writeContentRange } from '@chunkwise/protocol'
import { UploadError } from '../errors.ts'
import { wrong } from '../option-check.ts'
import type {
  Chunk,
  Complete,
  Confirmed,
  FileFacts,
  Gone,
  Protocol,
  ProtocolRequest,
  Session,
  Tools,
} from '../types.ts'
import { addressAt } from './address.ts'
import { ask, cannot, refusal, stranger, type Answer } from './answer.ts'
import { djangoFar } from './far.ts'
import { finishMs } from './finish.ts'

/** How a Django project has set django-chunked-uploads up. */
export interface IriOptions {
  /** The address that finishes the upload with this id; relative to the endpoint. */
  readonly doneEndpoint: (uuid: string) => string
}

/** The status of the one upload that the server has for this browser, as far as it must be there. */
interface Status {
  /** Bytes of all chunks that came, whatever they were. */
  readonly size: number
  readonly upload_uuid: string
  /** In the answer to the first chunk it is a text. */
  readonly total_size?: unknown
  readonly name?: unknown
  /** The address that drops it, as the server sees itself. */
  readonly delete_url?: unknown
}

/** A request that was given up may still be served by so much later, in milliseconds: the app's own client waits as long. */
const settleMs = 1_000

/**
 * The protocol of the Django app django-chunked-uploads (by Eldarion, continued by IRI until 2015): `POST` of raw chunks, `GET` for
 * the offset, `POST` to another address for the finish. The server believes whatever comes, so this end is careful:
 *
 * - A chunk that comes twice is stored twice. After any doubt the server is asked; an upload that has grown beyond what was
 *   sent is dropped, and begun anew.
 * - A finish that comes twice deletes the finished file. It goes out once; unanswered, the upload has failed with
 *   `unconfirmed`, and a person has to look.
 * - There is one upload at a time for each session of the server, which a cookie names: uploads wait for each other. One that is
 *   not ours is the error `busy`, and is never touched.
 * - Nothing is verified: there is no checksum on the wire, and `checksum: false` saves the work. Nor is there an empty file.
 *
 * Basic and API-key authentication are the uploader's option `headers`.
 *
 * @throws TypeError if `doneEndpoint` is no function.
 * @example
 * const protocol = iriChunkedUploads({ doneEndpoint: (uuid) => `/upload/done/${uuid}/` })
 * createUploader({ endpoint: '/upload/', protocol, headers: { username: 'ada', 'api-key': key } })
 */
export function iriChunkedUploads({ doneEndpoint }: IriOptions): Protocol {
  if (typeof doneEndpoint !== 'function') {
    throw wrong('speak django-chunked-uploads', 'doneEndpoint', 'a function', doneEndpoint)
  }

  async function create(
    { name, size }: FileFacts,
    _: unknown,
    tools: Tools,
  ): Promise<Confirmed & { session: Session }> {
    const action = `create an upload of "${name}"`
    const current = await look(tools, action)
    if (current) throw busy(current, action)
    // The first chunk makes the upload; what it is known by is learnt from the answer, or from the next question.
    return { session: { letters: lettersOf(nameFor(name)), size, sent: 0 }, offset: 0 }
  }

  async function append(
    before: Session,
    file: FileFacts,
    { offset, body }: Chunk,
    tools: Tools,
  ): Promise<Confirmed | Gone> {
    const action = `append at offset ${offset}`
    const session = { ...before, sent: offset + body.size }
    // What the server has beyond this it has twice: to be known even after a crash.
    await tools.keep(session)
    const current = await look(tools, action, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/octet-stream',
        'Content-Disposition': `attachment; filename="${nameFor(file.name)}"`,
        'Content-Range': writeContentRange(offset, body.size, file.size),
      },
      body,
      carries: body.size,
    })
    return current ? judge(current, session, action, tools, body.size) : { offset: 0 }
  }

  async function complete(
    session: Session,
    { name }: FileFacts,
    _: unknown,
    tools: Tools,
  ): Promise<Complete | Confirmed | Gone> {
    const action = `complete the upload of "${name}"`
    const stands = await query(session, tools, action)
    const { size, uuid } = session
    if (stands === 'gone' || stands.offset !== size || typeof uuid !== 'string') return stands
    await tools.keep({ ...session, finishing: true })
    try {
      const url = new URL(doneEndpoint(uuid), tools.endpoint).href
      // The server joins the chunks meanwhile. Patience is cheap where nobody may ask again.
      const answer = await ask(tools, action, 'POST', url, { answerMs: 10 * finishMs(size) })
      const { state, video_url: video } = firstOf(answer)
      const film = String(video)
      if (state === 'COMPLETE')
        return { url: /^https?:/.test(film) ? film : undefined, answer: answer.json, verified: false }
      if (state === 'FAIL') throw cannot('refused', action, 'the server has missed bytes and deleted it')
      throw answer.ok ? unconfirmed(action) : refusal(answer)
    } catch (error) {
      tools.signal.throwIfAborted()
      // Any other answer came instead of the finish.
      if (error instanceof UploadError && /network|timeout|server|unconfirmed/.test(error.code))
        throw unconfirmed(action, error)
      await tools.keep(session)
      throw error
    }
  }

  async function terminate(session: Session, tools: Tools): Promise<boolean> {
    await tools.clock.sleep(settleMs, tools.signal)
    const current = await look(tools, 'terminate')
    if (!current) return !session['uuid']
    const { upload_uuid: uuid } = current
    // What is not ours is an error; what is known by its id needs not be remembered.
    await judge(current, { uuid, ...session, sent: current.size }, 'terminate', tools)
    return (await drop(current, tools)) === 'gone'
  }

  return {
    name: 'django-chunked-uploads',
    far: { ...djangoFar, first: 0, exclusive: true },
    create,
    offset: (session, _file, tools) => query(session, tools, 'ask for the offset'),
    append,
    complete,
    terminate,
  }
}

// What the server has for this browser, if anything.
async function look(tools: Tools, action: string, request: Partial<ProtocolRequest> = {}): Promise<Status | undefined> {
  const answer = await ask(tools, action, request.method ?? 'GET', tools.endpoint, request)
  if (!answer.ok) throw refusal(answer)
  if (answer.json === undefined) throw stranger(answer)
  const status = firstOf(answer)
  if (isStatus(status)) return status
  if (answer.text.trim() === '[]') return undefined
  throw cannot('malformed', action, `expected a status, got ${answer.text}`)
}

type Loose = Readonly<Record<string, unknown>>

// What is in the list that every answer is.
function firstOf({ json }: Answer): Loose {
  const [first] = [json].flat()
  return { ...(typeof first === 'object' && first) }
}

const isStatus = (value: Loose): value is Loose & Status =>
  typeof value['upload_uuid'] === 'string' && Number.isSafeInteger(value['size'])

async function query(session: Session, tools: Tools, action: string): Promise<Confirmed | Gone> {
  if (session['finishing']) throw unconfirmed(action)
  const current = await look(tools, action)
  if (current) return judge(current, session, action, tools)
  if (!session['uuid']) return { offset: 0 }
  if (tools.renewed) return 'gone'
  // Who is not signed in any more is shown nothing.
  throw cannot('unauthorized', action, 'the server shows none')
}

// Where the upload of this session stands. `bytes`: of the chunk that was sent.
async function judge(
  status: Status,
  session: Session,
  action: string,
  tools: Tools,
  bytes?: number,
): Promise<Confirmed | Gone> {
  const { name, size, total_size: total, upload_uuid: uuid } = status
  const same = (session['uuid'] ?? uuid) === uuid
  const alike = Number(total) === session['size'] && lettersOf(String(name)) === session['letters']
  // Where the server has forgotten our upload, the chunk has begun another one.
  if (!alike || !(same || size === bytes)) throw busy(status, action)
  if (!same || size > Number(session['sent'])) return drop(status, tools)
  if (!session['uuid']) await tools.keep({ ...session, uuid })
  return { offset: size }
}

async function drop({ delete_url: link }: Status, tools: Tools): Promise<Gone> {
  const { endpoint } = tools
  const answer = await ask(tools, 'drop the upload', 'DELETE', addressAt(endpoint, String(link)))
  if (answer.ok || answer.status === 404) return 'gone'
  throw refusal(answer)
}

const lettersOf = (name: string): string => name.toLowerCase().replace(/[^a-z\d]/g, '')

// As the app's own client has it. The server makes a slug of it; with the folder it is put in it may have 250 characters.
const nameFor = (name: string): string => encodeURIComponent(drfFilename(name)).slice(-180)

const busy = ({ name, size, total_size: total }: Status, action: string): UploadError =>
  cannot('busy', action, `the server is occupied by "${String(name)}" (${size} of ${String(total)} bytes)`)

const unconfirmed = (action: string, cause?: unknown): UploadError =>
  cannot('unconfirmed', action, 'it may be done, and must not be sent twice', cause)
