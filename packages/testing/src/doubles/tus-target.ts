import { createDigest } from '@chunkwise/server'
import { storedBytes } from './stored-bytes.ts'

/** Bytes that a host takes by tus, as far as they have come. */
export interface TusTarget {
  /** Bytes of the whole file. */
  readonly size: number
  /** Bytes that are there. */
  readonly offset: number
  /** The MD5 of what is there, as lower-case hex. */
  md5(): Promise<string>
  /** What is there, where it is kept. */
  bytes(): Uint8Array
  /** Answers `HEAD` and `PATCH`; `undefined` for other methods. */
  answer(request: Request): Promise<Response | undefined>
}

/** What a host wants of chunks. */
export interface TusTargetOptions {
  /** Why a chunk of so many bytes is not taken. */
  readonly objection?: (chunk: {
    readonly offset: number
    readonly length: number
    readonly size: number
  }) => string | undefined
  /** So long a chunk may take, in milliseconds; what takes longer is answered by 408. */
  readonly patienceMs?: number
  /** Whether bytes are kept, and not counted and hashed only. */
  readonly keep: boolean
  readonly now: () => number
  /** Called when the last byte has come. */
  readonly onWhole: () => void
}

const type = 'application/offset+octet-stream'
const headers = { 'Tus-Resumable': '1.0.0', 'Cache-Control': 'no-store' }

const refuse = (status: number, text: string): Response => new Response(text, { status, headers })

/** A place for one file (tus 1.0, core protocol). What comes of a chunk that breaks off stays. */
export function tusTarget(size: number, options: TusTargetOptions): TusTarget {
  const { objection, patienceMs = Infinity, keep, now, onWhole } = options
  const digest = createDigest('md5')
  const kept = storedBytes()
  let offset = 0
  let busy = false

  const tell = (status: number): Response =>
    new Response(null, {
      status,
      headers: {
        ...headers,
        'Upload-Offset': String(offset),
        ...(status === 200 && { 'Upload-Length': String(size) }),
      },
    })

  async function take(body: ReadableStream<Uint8Array>, length: number): Promise<Response> {
    const state = await digest
    const until = now() + patienceMs
    const end = offset + length
    for await (const piece of body) {
      // A second one at the same place must not be counted: whoever was asked meanwhile has told the offset.
      const taken = piece.subarray(0, end - offset)
      state.update(taken)
      if (keep) kept.append(taken.slice())
      offset += taken.length
      if (offset < size && now() > until) return refuse(408, 'The chunk took too long')
    }
    if (offset === size) onWhole()
    return tell(204)
  }

  async function patch(request: Request): Promise<Response> {
    if (request.headers.get('Content-Type') !== type) return refuse(415, `A chunk is ${type}`)
    const at = request.headers.get('Upload-Offset') ?? ''
    if (!/^\d+$/.test(at)) return refuse(400, 'Upload-Offset is missing')
    if (busy) return refuse(423, 'Another chunk is on its way')
    if (Number(at) !== offset) return refuse(409, 'Upload-Offset does not match')
    const length = Number(request.headers.get('Content-Length') ?? size - offset)
    if (offset + length > size) return refuse(413, 'More than was announced')
    const against = objection?.({ offset, length, size })
    if (against !== undefined) return refuse(400, against)
    busy = true
    try {
      return request.body ? await take(request.body, length) : tell(204)
    } finally {
      busy = false
    }
  }

  return {
    size,
    get offset() {
      return offset
    },
    async md5() {
      const state = await digest
      return (await createDigest('md5', state.save())).hex()
    },
    bytes() {
      if (!keep && offset > 0) throw new Error('The bytes were not kept: expected the option keep')
      return kept.joined()
    },
    async answer(request) {
      if (request.headers.get('Tus-Resumable') !== '1.0.0') return refuse(412, 'Tus-Resumable: expected 1.0.0')
      if (request.method === 'HEAD') return tell(200)
      return request.method === 'PATCH' ? patch(request) : undefined
    },
  }
}
