import { readMultipart } from './multipart.ts'
import { markPiece } from './pieces.ts'
import { isProblem, UploadProblem } from './problem.ts'
import type { ByteSource } from './store.ts'
import { readDisposition } from './disposition.ts'

/** One part of a request's form. The bytes of a file part are read once, in order, before the next part is asked for. */
export type Part = { readonly kind: 'field'; readonly name: string; readonly value: string } | FilePart

/** A part that holds a file; `filename` and `type` are the part's own. */
export interface FilePart {
  readonly kind: 'file'
  readonly name: string
  readonly filename: string
  readonly type: string
  readonly body: ByteSource
}

/** A request's form, read part after part as it arrives. */
export interface Form {
  /**
   * The next part; `undefined` at the end. Rejects with the problem `incomplete-body` when the connection broke, and with
   * `malformed` for what is no form.
   */
  next(): Promise<Part | undefined>
  /** Whether the form came to its proper end; a body that just stops has none. */
  readonly ended: boolean
  /** Makes whoever is reading stop with this reason. */
  interrupt(reason: unknown): void
}

/**
 * The form in a request: multipart, urlencoded or a JSON object; no body is an empty form. Only multipart carries files.
 *
 * @param rawField Takes any other body as the file of this field, named by `Content-Disposition`.
 * @throws UploadProblem `unsupported-media-type` or `malformed`, in the words of Django REST framework.
 */
export async function readForm(request: Request, rawField?: string): Promise<Form> {
  const { body } = request
  const contentType = request.headers.get('content-type') ?? ''
  const mediaType = contentType.split(';', 1)[0]?.trim().toLowerCase()
  if (!body) return listForm([])
  if (rawField !== undefined)
    return readRaw(body, request.headers.get('content-disposition') ?? '', rawField, contentType)
  if (mediaType === 'multipart/form-data') return readMultipart(body, contentType)
  if (mediaType === 'application/x-www-form-urlencoded')
    return listForm([...new URLSearchParams(decode(await readWhole(body)))])
  if (mediaType === 'application/json') return listForm(readJson(decode(await readWhole(body))))
  throw new UploadProblem(
    'unsupported-media-type',
    `Unsupported media type "${contentType === '' ? 'text/plain' : contentType}" in request.`,
  )
}

const decode = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)

function listForm(fields: readonly (readonly [string, string])[]): Form {
  const left = [...fields]
  return {
    ended: true,
    async next() {
      const field = left.shift()
      return field && { kind: 'field', name: field[0], value: field[1] }
    },
    interrupt() {},
  }
}

/** More than enough for the fields of any dialect; what is larger is an attack or a mistake. */
const wholeLimit = 8192

async function readWhole(body: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of whenCut(body)) {
    size += chunk.length
    if (size > wholeLimit)
      throw new UploadProblem('too-large', `A form without files may have ${wholeLimit} bytes at most`)
    chunks.push(chunk)
  }
  const whole = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

function readJson(text: string): [string, string][] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new UploadProblem('malformed', `JSON parse error - ${whereJsonFails(text)}`, { cause })
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return Object.entries(value).map(([name, item]) => [name, asText(item)])
  const kind = Array.isArray(value) ? 'list' : value === null ? 'NoneType' : typeof value
  throw new UploadProblem('malformed', `Invalid data. Expected a dictionary, but got ${kind}.`, {
    answer: { detail: { non_field_errors: [`Invalid data. Expected a dictionary, but got ${kind}.`] } },
  })
}

/** A JSON value as the text of a field; what counts as nothing in Python is the empty text. */
function asText(value: unknown): string {
  if (typeof value === 'string') return value
  return value ? JSON.stringify(value) : ''
}

/** Python's words where the very first token is no JSON; later faults are told without their place. */
function whereJsonFails(text: string): string {
  const start = text.search(/[^ \t\n\r]/)
  const at = start === -1 ? text.length : start
  if (/^[[{"\d-]|^(?:true|false|null)/.test(text.slice(at))) return 'Invalid JSON'
  const before = text.slice(0, at).split('\n')
  return `Expecting value: line ${before.length} column ${(before.at(-1)?.length ?? 0) + 1} (char ${at})`
}

function readRaw(body: ReadableStream<Uint8Array>, disposition: string, name: string, type: string): Form {
  const { filename } = readDisposition(disposition)
  if (!filename)
    throw new UploadProblem(
      'malformed',
      'Missing filename. Request should include a Content-Disposition header with a filename parameter.',
    )
  let interrupted: { reason: unknown } | undefined
  const reader = body.getReader()
  let asked = false
  let ended = false
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw interrupted ? interrupted.reason : cutOff(cause)
      })
      if (interrupted) throw interrupted.reason
      ended = done
      if (done) return
      markPiece(body, value)
      yield value
    }
  }
  return {
    get ended() {
      return ended
    },
    async next() {
      if (asked) return undefined
      asked = true
      return { kind: 'file', name, filename, type, body: bytes() }
    },
    interrupt(reason) {
      interrupted ??= { reason }
      reader.cancel(reason).catch(() => {})
    },
  }
}

const cutOff = (cause: unknown): UploadProblem =>
  isProblem(cause) ? cause : new UploadProblem('incomplete-body', 'The request was cut off', { cause })

async function* whenCut(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader()
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw cutOff(cause)
    })
    if (done) return
    yield value
  }
}
