/** How the clients of a dialect speak to the server, over real sockets. */
export interface Wire {
  readonly name: 'drf' | 'tus' | 'ietf'
  /** Creates an upload with its first bytes, repeatably by a key. */
  create(endpoint: string, key: string, piece: Piece, signal?: AbortSignal): Promise<Answer>
  append(url: string, piece: Piece, signal?: AbortSignal): Promise<Answer>
  ask(url: string): Promise<Answer>
  /** Ends an upload that has all its bytes, and that its last chunk has not ended. */
  finish(url: string, file: { readonly size: number; readonly md5: string }): Promise<Answer>
  terminate(url: string): Promise<Answer>
}

/** Bytes of a file, from `offset` on. */
export interface Piece {
  readonly offset: number
  readonly body: Uint8Array<ArrayBuffer>
  /** Bytes of the whole file. */
  readonly size: number
}

/** What the server said, whatever the words of its dialect. */
export interface Answer {
  readonly status: number
  readonly ok: boolean
  /** Where the upload is; absent in answers that do not tell. */
  readonly url: string | undefined
  /** Where the server stands, where it tells. */
  readonly offset: number | undefined
  readonly complete: boolean
}

interface Exchange {
  readonly method: string
  readonly headers?: Record<string, string>
  readonly body?: RequestInit['body']
  readonly signal?: AbortSignal | undefined
}

type Read = (response: Response, text: string) => Pick<Answer, 'url' | 'offset' | 'complete'>

async function exchange(url: string, { method, headers = {}, body, signal }: Exchange, read: Read): Promise<Answer> {
  const response = await fetch(url, { method, headers, body: body ?? null, signal: signal ?? null })
  const { status, ok } = response
  return { status, ok, ...read(response, await response.text()) }
}

const readDrf: Read = (_response, text) => {
  const said = text.startsWith('{') ? JSON.parse(text) : {}
  const { url, offset = said.expected_offset, status } = said
  return { url, offset, complete: status === 2 }
}

function drfChunk(url: string, { offset, body, size }: Piece, fields: Record<string, string>, signal?: AbortSignal) {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  form.set('file', new Blob([body]), 'part.bin')
  const headers = { 'Content-Range': `bytes ${offset}-${offset + body.length - 1}/${size}` }
  return exchange(url, { method: 'PUT', headers, body: form, signal }, readDrf)
}

const drf: Wire = {
  name: 'drf',
  create: (endpoint, key, piece, signal) => drfChunk(endpoint, piece, { filename: 'a.bin', upload_key: key }, signal),
  append: (url, piece, signal) => drfChunk(url, piece, {}, signal),
  ask: (url) => exchange(url, { method: 'GET' }, readDrf),
  finish: (url, { md5 }) => exchange(url, { method: 'POST', body: new URLSearchParams({ md5 }) }, readDrf),
  terminate: (url) => exchange(url, { method: 'DELETE' }, readDrf),
}

const readHeaders =
  (isComplete: (headers: Headers) => boolean): Read =>
  ({ headers, url }) => {
    const location = headers.get('location')
    const offset = headers.get('upload-offset')
    return {
      url: location === null ? undefined : new URL(location, url).href,
      offset: offset === null ? undefined : Number(offset),
      complete: isComplete(headers),
    }
  }

const readTus = readHeaders(
  (headers) => headers.has('upload-length') && headers.get('upload-length') === headers.get('upload-offset'),
)
const tusHeaders = { 'Tus-Resumable': '1.0.0' }
const tusBytes = { ...tusHeaders, 'Content-Type': 'application/offset+octet-stream' }

const tus: Wire = {
  name: 'tus',
  create: (endpoint, key, { body, size }, signal) => {
    const headers = { ...tusBytes, 'Upload-Length': String(size), 'Upload-Metadata': `filename ${btoa('a.bin')}` }
    return exchange(
      endpoint,
      { method: 'POST', headers: { ...headers, 'Idempotency-Key': `"${key}"` }, body, signal },
      readTus,
    )
  },
  append: (url, { offset, body }, signal) =>
    exchange(
      url,
      { method: 'PATCH', headers: { ...tusBytes, 'Upload-Offset': String(offset) }, body, signal },
      readTus,
    ),
  ask: (url) => exchange(url, { method: 'HEAD', headers: tusHeaders }, readTus),
  finish: (url) => tus.ask(url),
  terminate: (url) => exchange(url, { method: 'DELETE', headers: tusHeaders }, readTus),
}

const readIetf = readHeaders((headers) => headers.get('upload-complete') === '?1')
const flag = ({ offset, body, size }: Piece): string => (offset + body.length === size ? '?1' : '?0')

const ietf: Wire = {
  name: 'ietf',
  create: (endpoint, key, piece, signal) => {
    const headers = {
      'Upload-Complete': flag(piece),
      'Upload-Length': String(piece.size),
      'Content-Disposition': 'inline; filename="a.bin"',
      'Idempotency-Key': `"${key}"`,
    }
    return exchange(endpoint, { method: 'POST', headers, body: piece.body, signal }, readIetf)
  },
  append: (url, piece, signal) => {
    const headers = {
      'Upload-Offset': String(piece.offset),
      'Upload-Complete': flag(piece),
      'Content-Type': 'application/partial-upload',
    }
    return exchange(url, { method: 'PATCH', headers, body: piece.body, signal }, readIetf)
  },
  ask: (url) => exchange(url, { method: 'HEAD' }, readIetf),
  finish: (url, { size }) => ietf.append(url, { offset: size, body: new Uint8Array(), size }),
  terminate: (url) => exchange(url, { method: 'DELETE', headers: { 'Upload-Draft-Interop-Version': '10' } }, readIetf),
}

export const wires: readonly Wire[] = [drf, tus, ietf]
