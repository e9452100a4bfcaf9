import { djangoPage, notAllowed } from './django-answers.ts'
import { bodyOf } from './request-body.ts'
import { slugOf } from './slug.ts'
import { storedBytes, type StoredBytes } from './stored-bytes.ts'

/** How the project around django-chunked-uploads is set up; each has a default. */
export interface IriDoubleOptions {
  /** Path under which the app's addresses lie: `upload/`, `upload/done/<uuid>/`, `<number>/delete/`. Default `/chunked_uploads/`. */
  readonly path?: string
  /** The host in the sites table, which the app believes to be on. Default `example.com`. */
  readonly site?: string
  /**
   * Who asks: a user's name, or the refusal that the project's own check gives. `undefined` is nobody: a creation then fails
   * with 500. Default: one user.
   */
  readonly authenticate?: (request: Request) => string | Response | undefined
  /** Which of the server's sessions a request belongs to. Default: the cookie `sessionid`; all who send none share one. */
  readonly sessionOf?: (request: Request) => string
  /** The settings `CROSS_DOMAIN_ALLOWED_…`. Where one is missing, the app falls back to its defaults for all four. */
  readonly crossDomain?: Partial<CrossDomain>
}

/** The four settings for other origins, sent as they are. */
export interface CrossDomain {
  readonly origins: string
  readonly methods: string
  readonly headers: string
  readonly credentials: string
}

/** An upload as the double has it. */
export interface IriDoubleUpload {
  /** Counts from 1: the delete address is made of it, and anybody may use that. */
  readonly number: number
  readonly uuid: string
  readonly user: string
  /** As a slug. */
  readonly name: string
  readonly total: number
  readonly complete: boolean
  /** What was joined, or so far is there: every chunk that came, in the order of coming. */
  bytes(): Uint8Array
}

/** The double as a function like `fetch`, and what it has stored. */
export interface IriDouble {
  (request: Request): Promise<Response>
  /** Whether a path is one of the app's. */
  owns(pathname: string): boolean
  uploads(): readonly IriDoubleUpload[]
  /** All sessions of all browsers end, as when their cookies run out: the uploads stay, and nobody is at work on them. */
  endSessions(): void
}

interface Stored extends IriDoubleUpload {
  complete: boolean
  /** Joined chunks are gone, and there is nothing left to count. */
  chunks: StoredBytes | undefined
}

const defaults: CrossDomain = {
  origins: 'http://localhost',
  methods: 'POST, GET, OPTIONS, DELETE',
  headers: 'Content-Type, Content-Range, Content-Disposition, Content-Description, username, api_key',
  credentials: 'true',
}

/**
 * A double of the Django app django-chunked-uploads in IRI's version, which only a Python 2 could run. It is as dangerous: chunks
 * are stored as they come, a second finish deletes the finished file, and so does a finish with a byte too many or too few.
 *
 * @example
 * const double = iriChunkedUploadsDouble({ authenticate: (request) => request.headers.get('username') ?? undefined })
 * createServer(nodeListener(double)).listen(8080, '127.0.0.1')
 */
export function iriChunkedUploadsDouble(options: IriDoubleOptions = {}): IriDouble {
  const { path = '/chunked_uploads/', site = 'example.com', authenticate = () => 'user' } = options
  const { sessionOf = cookieOf, crossDomain = {} } = options
  const cors = corsOf(crossDomain)
  // By the uuid, and in each session the uuid of its current upload.
  const uploads = new Map<string, Stored>()
  const sessions = new Map<string, string>()
  let created = 0

  const answerList = (list: readonly unknown[]): Response => Response.json(list, { headers: cors })
  const answerNothing = (): Response => new Response('', { headers: { 'Content-Type': 'application/json', ...cors } })

  const statusOf = (upload: Stored, total: number | string = upload.total) => ({
    ...{ name: upload.name, size: upload.chunks?.size, total_size: total },
    url: `/media/chunked_uploads/${upload.uuid}/chunks/chunk`,
    ...{ delete_url: `http://${site}${path}${upload.number}/delete/`, delete_type: 'DELETE', upload_uuid: upload.uuid },
  })

  function currentOf(session: string): Stored | undefined {
    const current = uploads.get(sessions.get(session) ?? '')
    if (!current) sessions.delete(session)
    return current
  }

  async function takeChunk(request: Request, session: string, user: string | undefined): Promise<Response> {
    const bytes = new Uint8Array(await bodyOf(request).arrayBuffer())
    const current = currentOf(session)
    const begun = current && !current.complete ? current : create(request, user)
    if (!begun) return djangoPage(500, 'Server Error (500)')
    sessions.set(session, begun.uuid)
    // Where the range says that it belongs is not looked at.
    begun.chunks?.append(bytes)
    // What was just created still has the total as it came: a text.
    return answerList([statusOf(begun, begun === current ? begun.total : String(begun.total))])
  }

  function create({ headers }: Request, user: string | undefined): Stored | undefined {
    const filename = headers.get('Content-Disposition')?.split('=')[1]?.split('"')[1]
    const total = Number(headers.get('Content-Range')?.split('/')[1] ?? headers.get('Content-Length') ?? Number.NaN)
    if (filename === undefined || user === undefined || !Number.isSafeInteger(total)) return undefined
    const chunks = storedBytes()
    const upload: Stored = {
      ...{ number: (created += 1), uuid: crypto.randomUUID(), user, name: slugOf(filename), total },
      ...{ complete: false, chunks, bytes: chunks.joined },
    }
    uploads.set(upload.uuid, upload)
    return upload
  }

  function finish(session: string, uuid: string): Response {
    sessions.delete(session)
    const upload = uploads.get(uuid)
    if (!upload) return djangoPage(404, 'Not Found')
    if (upload.chunks?.size !== upload.total) {
      uploads.delete(uuid)
      return answerList([{ video_url: '', state: 'FAIL' }])
    }
    upload.complete = true
    upload.chunks = undefined
    const url = `http://${site}/media/chunked_uploads/${uuid}/${upload.name}`
    return answerList([{ video_url: url, state: 'COMPLETE' }])
  }

  function remove(session: string, number: number): Response {
    const upload = [...uploads.values()].find((each) => each.number === number)
    if (!upload) return djangoPage(404, 'Not Found')
    uploads.delete(upload.uuid)
    sessions.delete(session)
    return answerNothing()
  }

  async function answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url)
    const { method } = request
    const [, done, number] = pathname.startsWith(path) ? (routes.exec(pathname.slice(path.length)) ?? []) : []
    const session = sessionOf(request)
    // Neither the finish nor the preflights ask who it is.
    if (done !== undefined) return method === 'POST' ? finish(session, done) : answerNothing()
    if (!owns(pathname)) return djangoPage(404, 'Not Found')
    if (method === 'OPTIONS') return answerNothing()
    const user = authenticate(request)
    if (user instanceof Response) return user
    // One view answers at both addresses.
    if (method === 'DELETE') return remove(session, Number(number))
    if (method === 'POST') return takeChunk(request, session, user)
    if (method !== 'GET' && method !== 'HEAD') return notAllowed('GET, POST, DELETE, HEAD, OPTIONS')
    const current = currentOf(session)
    return answerList(current ? [statusOf(current)] : [])
  }

  const owns = (pathname: string): boolean => pathname.startsWith(path) && routes.test(pathname.slice(path.length))

  return Object.assign(answer, {
    owns,
    uploads: () => [...uploads.values()],
    endSessions: () => sessions.clear(),
  })
}

const routes = /^(?:upload\/|upload\/done\/([-0-9a-f]{36})\/|(\d+)\/delete\/)$/

const cookieOf = ({ headers }: Request): string =>
  /(?:^|; )sessionid=([^;]*)/.exec(headers.get('Cookie') ?? '')?.[1] ?? ''

function corsOf(given: Partial<CrossDomain>): Record<string, string> {
  const { origins, methods, headers, credentials } = isWhole(given) ? given : defaults
  return {
    'Access-Control-Allow-Origin': origins,
    'Access-Control-Allow-Methods': methods,
    'Access-Control-Allow-Headers': headers,
    'Access-Control-Allow-Credentials': credentials,
  }
}

const isWhole = (given: Partial<CrossDomain>): given is CrossDomain =>
  Object.keys(defaults).every((name) => name in given)
