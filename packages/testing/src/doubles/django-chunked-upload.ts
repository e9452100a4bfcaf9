import { createDigest } from '@chunkwise/server'
import { djangoPage, notAllowed } from './django-answers.ts'
import { formOf } from './request-body.ts'
import { storedBytes, type StoredBytes } from './stored-bytes.ts'

/** How the project around django-chunked-upload is set up; each has a default. */
export interface DjangoDoubleOptions {
  /** Path of the view that takes chunks. Default `/api/chunked_upload/`. */
  readonly path?: string
  /** Path of the view that completes. Default `/api/chunked_upload_complete/`. */
  readonly completePath?: string
  /** The view's `field_name`. Default `file`. */
  readonly fileField?: string
  /** The view's `fail_if_no_header`. Default `false`. */
  readonly requireRange?: boolean
  /** `CHUNKED_UPLOAD_MAX_BYTES`, by the total that a chunk tells. Default: no limit. */
  readonly maxBytes?: number
  /** `CHUNKED_UPLOAD_EXPIRATION_DELTA` in milliseconds, from the creation. Default: one day. */
  readonly lifetimeMs?: number
  /** The view's `do_md5_check`. Default `true`. */
  readonly md5Check?: boolean
  /** Who asks; `undefined` for anonymous. Default: all are. */
  readonly authenticate?: (request: Request) => string | undefined
  /** Whether the project's `check_permissions` lets anonymous users in: those reach every upload. Default: without `authenticate`. */
  readonly anonymous?: boolean
  /** The token that `X-CSRFToken` must have. Default: the views are exempt. */
  readonly csrfToken?: string
  /** The view's `on_completion` and `get_response_data` in one: what it gives is answered as JSON, a `Response` as it is. Default `{}`. */
  readonly onCompletion?: (upload: DjangoDoubleUpload) => unknown
  /** Milliseconds since the epoch. */
  readonly now?: () => number
}

/** An upload as the double has it. */
export interface DjangoDoubleUpload {
  /** 32 hex digits. */
  readonly id: string
  readonly filename: string
  readonly user: string | undefined
  /** What the server counts. */
  readonly offset: number
  readonly complete: boolean
  /** How often it was completed: each time ran the project's hook. */
  readonly completions: number
  bytes(): Uint8Array
}

/** The double as a function like `fetch`, and what it has stored. */
export interface DjangoDouble {
  (request: Request): Promise<Response>
  /** Whether a path is one of the two views'. */
  owns(pathname: string): boolean
  uploads(): readonly DjangoDoubleUpload[]
  /** The management command `delete_expired_uploads`: what is past its lifetime goes, completed or not. */
  deleteExpired(): void
  /** Drops everything. */
  clear(): void
}

interface Stored extends DjangoDoubleUpload {
  offset: number
  complete: boolean
  completions: number
  readonly createdAt: number
  readonly data: StoredBytes
}

/** A refusal that the app words itself. */
interface Refusal {
  readonly status: number
  readonly detail: string
  readonly offset?: number
}

const range = /^bytes (\d+)-(\d+)\/(\d+)$/

/**
 * A double of the Django app django-chunked-upload 2.0, its peculiarities included: it gives the recorded answers of the real one.
 *
 * @example
 * const double = djangoChunkedUploadDouble({ onCompletion: ({ filename }) => ({ filename }) })
 * const response = await double(new Request('http://localhost/api/chunked_upload/', { method: 'POST', body: form }))
 * @example
 * createServer(nodeListener(djangoChunkedUploadDouble())).listen(8080, '127.0.0.1')
 */
export function djangoChunkedUploadDouble(options: DjangoDoubleOptions = {}): DjangoDouble {
  const { path = '/api/chunked_upload/', completePath = '/api/chunked_upload_complete/', fileField = 'file' } = options
  const { requireRange = false, maxBytes = Infinity, lifetimeMs = 86_400_000, md5Check = true } = options
  const { authenticate, anonymous = !authenticate, csrfToken, onCompletion = () => ({}), now = Date.now } = options
  let uploads: Stored[] = []

  const isExpired = ({ createdAt }: Stored): boolean => createdAt + lifetimeMs <= now()
  const find = (id: string, user: string | undefined): Stored | undefined =>
    uploads.find((upload) => upload.id === id && (user === undefined || upload.user === user))

  function create(filename: string, user: string | undefined): Stored {
    const data = storedBytes()
    return {
      ...{ id: crypto.randomUUID().replaceAll('-', ''), filename, user, offset: 0, complete: false, completions: 0 },
      ...{ createdAt: now(), data, bytes: data.joined },
    }
  }

  async function takeChunk(request: Request, user: string | undefined): Promise<Response> {
    const form = await formOf(request)
    const chunk = form.getAll(fileField).at(-1)
    if (!(chunk instanceof File) || chunk.name === '') return refuse(400, 'No chunk file was submitted')
    const id = textOf(form, 'upload_id')
    const upload = id === '' ? create(chunk.name, user) : find(id, user)
    if (!upload) return looked(djangoPage(404, 'Not Found'))
    const refusal = objection(upload, chunk.size, request.headers.get('Content-Range'))
    if (refusal) return looked(refuse(refusal.status, refusal.detail, refusal.offset))
    upload.data.append(new Uint8Array(await chunk.arrayBuffer()))
    upload.offset += chunk.size
    // What was refused was never saved.
    if (id === '') uploads.push(upload)
    const expires = new Date(upload.createdAt + lifetimeMs).toISOString()
    return looked(Response.json({ upload_id: upload.id, offset: upload.offset, expires }))
  }

  // In the order of the app's own checks.
  function objection(upload: Stored, chunkSize: number, header: string | null): Refusal | undefined {
    if (isExpired(upload)) return { status: 410, detail: 'Upload has expired' }
    if (upload.complete) return { status: 400, detail: 'Upload has already been marked as "complete"' }
    const match = range.exec(header ?? '')
    if (!match && requireRange) return { status: 400, detail: 'Error in request headers' }
    const [start = 0, end = 0, total = 0] = match ? match.slice(1).map(Number) : [0, chunkSize - 1, chunkSize]
    if (total > maxBytes) return { status: 400, detail: `Size of file exceeds the limit (${maxBytes} bytes)` }
    if (upload.offset !== start) return { status: 400, detail: 'Offsets do not match', offset: upload.offset }
    if (chunkSize !== end - start + 1) return { status: 400, detail: "File size doesn't match headers" }
    return undefined
  }

  async function complete(request: Request, user: string | undefined): Promise<Response> {
    const form = await formOf(request)
    const id = textOf(form, 'upload_id')
    const md5 = textOf(form, 'md5')
    if (id === '' && !md5Check) return refuse(400, "'upload_id' is required")
    if (md5Check && (id === '' || md5 === '')) return refuse(400, "Both 'upload_id' and 'md5' are required")
    const upload = find(id, user)
    if (!upload) return looked(djangoPage(404, 'Not Found'))
    if (md5Check && md5 !== (await md5Of(upload.bytes()))) return looked(refuse(400, 'md5 checksum does not match'))
    // That it is complete already, or past its lifetime, is not looked at.
    upload.complete = true
    upload.completions += 1
    const answer = onCompletion(upload)
    return looked(answer instanceof Response ? answer : Response.json(answer))
  }

  async function answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url)
    const { method, headers } = request
    if (!owns(pathname)) return djangoPage(404, 'Not Found')
    const safe = ['GET', 'HEAD', 'OPTIONS', 'TRACE'].includes(method)
    if (!safe && csrfToken !== undefined && headers.get('X-CSRFToken') !== csrfToken) {
      return djangoPage(403, '403 Forbidden')
    }
    if (method === 'OPTIONS') return new Response(null, { headers: { Allow: 'POST, OPTIONS' } })
    if (method !== 'POST') return notAllowed('POST, OPTIONS')
    const user = authenticate?.(request)
    if (user === undefined && !anonymous) return looked(refuse(403, 'Authentication credentials were not provided'))
    return pathname === path ? takeChunk(request, user) : complete(request, user)
  }

  const owns = (pathname: string): boolean => pathname === path || pathname === completePath

  return Object.assign(answer, {
    owns,
    uploads: () => uploads,
    deleteExpired: () => void (uploads = uploads.filter((upload) => !isExpired(upload))),
    clear: () => void (uploads = []),
  })
}

const textOf = (form: FormData, name: string): string => {
  const value = form.getAll(name).at(-1)
  return typeof value === 'string' ? value : ''
}

const refuse = (status: number, detail: string, offset?: number): Response =>
  Response.json({ detail, ...(offset !== undefined && { offset }) }, { status })

// Who asked the session for its user makes the answer vary by its cookie.
function looked(response: Response): Response {
  response.headers.set('Vary', 'Cookie')
  return response
}

async function md5Of(bytes: Uint8Array): Promise<string> {
  const digest = await createDigest('md5')
  digest.update(bytes)
  return digest.hex()
}
