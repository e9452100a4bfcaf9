import { readFileSync } from 'node:fs'

/** A recorded exchange with a real server; section 13 of the protocol text tells the format. */
export interface Case {
  readonly id: string
  readonly server: {
    readonly implementation: string
    readonly version: string
    readonly djangorestframework?: string
    readonly settings: Readonly<Record<string, unknown>>
  }
  readonly ids: readonly string[]
  readonly steps: readonly Step[]
}

export type Step = Exchange | { readonly note: string; readonly request?: undefined }

export interface Exchange {
  readonly request: RecordedRequest
  readonly response: RecordedResponse
  readonly note?: string
}

export interface RecordedRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly bodyDescription?: string
  readonly form?: Readonly<Record<string, FormValue | readonly FormValue[]>>
  readonly json?: unknown
  readonly raw?: Pattern
}

export interface RecordedResponse {
  readonly status: number | null
  readonly headers: Readonly<Record<string, string>>
  readonly json: unknown
}

interface Pattern {
  readonly offset: number
  readonly size: number
}

type FormValue = string | { readonly filename: string | null; readonly contentType?: string; readonly bytes: Pattern }

/** Steps that differ on purpose, cases that cannot be mounted, each with its reason. */
export interface Exceptions {
  readonly differs: readonly { readonly case: string; readonly steps: readonly number[]; readonly reason: string }[]
  readonly unmounted: readonly { readonly case: string; readonly reason: string }[]
}

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8'))

// The fixtures are ours and checked by the test that reads them, which fails on any other shape.
export const cases: readonly Case[] = read('drf-transcripts.json') as readonly Case[]
export const exceptions: Exceptions = read('drf-exceptions.json') as Exceptions

const period = 251

const bytesOf = ({ offset, size }: Pattern): Uint8Array => {
  const tile = Uint8Array.from({ length: period }, (_, index) => (offset + index) % period)
  return Buffer.alloc(size, tile)
}

/** Builds the request of a step, its ids replaced by ours. */
export function buildRequest(recorded: RecordedRequest, path: string, host: string, translate: Translate): Request {
  const { method } = recorded
  const headers = new Headers()
  for (const [name, value] of Object.entries(recorded.headers))
    if (!(name === 'Content-Type' && value.includes('boundary=...'))) headers.set(name, value)
  const body = buildBody(recorded, headers, translate)
  const init: RequestInit = { method, headers, body }
  if (body) Object.assign(init, { duplex: 'half' })
  return new Request(`http://${host}${path}`, init)
}

type Translate = (text: string) => string

function buildBody(recorded: RecordedRequest, headers: Headers, translate: Translate): ReadableStream | null {
  const { json, raw, bodyDescription = '' } = recorded
  if (raw) return streamOf(bytesOf(raw))
  if (json !== undefined) return streamOf(new TextEncoder().encode(JSON.stringify(json)))
  const form = recorded.form ?? describedForm(recorded)
  if (!form) return null
  if (headers.get('content-type') === 'application/x-www-form-urlencoded' || bodyDescription.startsWith('urlencoded')) {
    headers.set('content-type', 'application/x-www-form-urlencoded')
    const fields = new URLSearchParams()
    for (const [name, value] of Object.entries(form))
      if (typeof value === 'string') fields.append(name, translate(value))
    return streamOf(new TextEncoder().encode(fields.toString()))
  }
  const bytes = multipart(form, translate)
  headers.set('content-type', 'multipart/form-data; boundary=replayed')
  if (bodyDescription.includes('after half of the body')) return streamOf(bytes.subarray(0, bytes.length / 2), true)
  if (bodyDescription.includes('half of the body')) return streamOf(bytes.subarray(0, bytes.length / 2))
  return streamOf(bytes)
}

/** A few large or streamed bodies were described in words only. */
function describedForm({ headers, bodyDescription = '' }: RecordedRequest): RecordedRequest['form'] {
  if (!bodyDescription.startsWith('multipart/form-data,')) return undefined
  const [, start = 0, end = 0] = (/(\d+)-(\d+)\//.exec(headers['Content-Range'] ?? '') ?? []).map(Number)
  return { file: { filename: 'blob', bytes: { offset: start, size: end - start + 1 } } }
}

function multipart(form: NonNullable<RecordedRequest['form']>, translate: Translate): Uint8Array {
  const pieces: (string | Uint8Array)[] = []
  for (const [name, values] of Object.entries(form))
    for (const value of Array.isArray(values) ? values : [values]) {
      pieces.push(`--replayed\r\nContent-Disposition: form-data; name="${name}"`)
      if (typeof value === 'string') pieces.push('\r\n\r\n', translate(value))
      else {
        if (value.filename !== null) pieces.push(`; filename="${value.filename}"`)
        pieces.push(
          `\r\nContent-Type: ${value.contentType ?? 'application/octet-stream'}\r\n\r\n`,
          bytesOf(value.bytes),
        )
      }
      pieces.push('\r\n')
    }
  pieces.push('--replayed--\r\n')
  return Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)))
}

/** Bytes as a stream that ends, or that breaks as a cut connection does. */
function streamOf(bytes: Uint8Array, breaks = false): ReadableStream {
  let sent = false
  return new ReadableStream({
    pull(controller) {
      if (!sent) controller.enqueue(bytes)
      else if (breaks) controller.error(new Error('connection reset'))
      else controller.close()
      sent = true
    },
  })
}

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** The ids of a recording and ours, in the order in which they come up. */
export class IdMap {
  readonly ours: Map<string, string> = new Map()

  /** A recorded text with our ids, in whatever spelling the ids stand there. */
  translate = (text: string): string => {
    let translated = text
    for (const [theirs, ours] of this.ours)
      translated = translated
        .replaceAll(theirs, ours)
        .replaceAll(theirs.toUpperCase(), ours.toUpperCase())
        .replaceAll(theirs.replaceAll('-', ''), ours.replaceAll('-', ''))
    return translated
  }

  /** Pairs the ids of an answer; times and days become wildcards. */
  compare(theirs: unknown, ours: unknown): { theirs: unknown; ours: unknown } {
    this.learn(theirs, ours)
    return { theirs: this.simplify(theirs), ours: this.simplify(ours) }
  }

  /** Walks both answers side by side; ids in the same place are the same upload. */
  private learn(theirs: unknown, ours: unknown): void {
    if (typeof theirs === 'string' && typeof ours === 'string') {
      if (uuid.test(theirs) && uuid.test(ours) && !this.ours.has(theirs)) this.ours.set(theirs, ours)
    } else if (typeof theirs === 'object' && typeof ours === 'object' && theirs !== null && ours !== null) {
      const own = new Map(Object.entries(ours))
      for (const [key, value] of Object.entries(theirs)) this.learn(value, own.get(key))
    }
  }

  private simplify(value: unknown): unknown {
    if (typeof value === 'string') {
      if (time.test(value)) return '<time>'
      return this.translate(value).replace(/\/\d{4}\/\d\d\/\d\d\//, '/<day>/')
    }
    if (Array.isArray(value)) return value.map((item: unknown) => this.simplify(item))
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(
        // How many there are depends on what was uploaded before.
        Object.entries(value).map(([key, item]) => [key, key === 'count' ? '<count>' : this.simplify(item)]),
      )
    return value
  }
}
