import { createFaultServer, kindOf, type Fault, type FakeClock, type Kind } from '@chunkwise/testing'
import { djangoChunkedUploadDouble, iriChunkedUploadsDouble } from '@chunkwise/testing/doubles'
import { UploadError, type ErrorCode } from '../../src/errors.ts'
import { djangoChunkedUpload } from '../../src/protocols/django-chunked-upload.ts'
import { djangoTus } from '../../src/protocols/django-tus.ts'
import { drfChunkedUpload } from '../../src/protocols/drf-chunked-upload.ts'
import { ietf } from '../../src/protocols/ietf.ts'
import { iriChunkedUploads } from '../../src/protocols/iri-chunked-uploads.ts'
import { tus } from '../../src/protocols/tus.ts'
import type { Protocol, Reply, TransportRequest } from '../../src/types.ts'
import { djangoTusDouble } from '../django-tus-double.ts'
import type { FarEnd, Truth } from './far-end.ts'
import type { Row } from './judge.ts'
import type { Act, Schedule } from './schedule.ts'
import { createWay } from './way.ts'

/** A protocol with a server, and what no client can hold there. */
export interface Contender {
  readonly name: string
  /** Rows that this far end lets no client hold, and why. */
  readonly cannot: Partial<Readonly<Record<Row, string>>>
  /** Faults and happenings after which nothing can be asked of it, and why. */
  readonly spared: Partial<Readonly<Record<Fault['fault'] | Act, string>>>
  /** What an upload may end in there, though nothing was lost, and why. */
  readonly ends: Partial<Readonly<Record<ErrorCode, string>>>
  /** Bytes of a form of it before those of the file, and a few of them. */
  readonly form: number
  /** Requests that a fault may cost there: more where an unanswered finish is asked after until it must be done. */
  readonly effort: number
  /** Requests of a session there besides its chunks. */
  readonly around: number
  connect(schedule: Schedule, clock: FakeClock): FarEnd
}

const origin = 'https://files.example'
const noKey = 'it knows no key of a creation: one whose answer is lost leaves an orphan, which expires'

// What all of them have in common on the wire.
const start = (header: string | undefined): number | undefined =>
  header === undefined ? undefined : Number(/\d+/.exec(header)?.[0])

function chunkIn({ headers, carries }: TransportRequest): ReturnType<FarEnd['chunkIn']> {
  const offset = start(headers['Content-Range'] ?? headers['Upload-Offset'])
  return carries && offset !== undefined ? { offset, size: carries } : undefined
}

function offsetIn({ text, header }: Reply): number | undefined {
  const told = start(header('Upload-Offset'))
  if (told !== undefined || !/^[[{]/.test(text)) return told
  const json: unknown = JSON.parse(text)
  if (Array.isArray(json) && json.length === 0) return 0
  const upload: unknown = Array.isArray(json) ? json[0] : json
  const { expected_offset, offset, size } = Object(upload) as Record<string, unknown>
  return [expected_offset, offset, size].find((each): each is number => typeof each === 'number')
}

const keyIn = ({ headers, body }: TransportRequest): string | undefined => {
  const key = body instanceof FormData ? body.get('upload_key') : headers['Idempotency-Key']?.replaceAll('"', '')
  return typeof key === 'string' ? key : undefined
}

// Where all uploads have one address, the form names them.
const nameIn = ({ url, body }: TransportRequest): string => {
  const id = body instanceof FormData ? body.get('upload_id') : null
  return typeof id === 'string' ? id : url
}

// With chunks of the schedule's size, where the far end leaves it to us.
const sized = (real: Protocol, chunk: number): Protocol => ({
  ...real,
  far: { ...real.far, chunk: { ...real.far.chunk, max: chunk }, first: Math.min(real.far.first, chunk) },
})

/** Our own server, in one of its dialects. */
const ours =
  (protocol: () => Protocol, endsUnseen: boolean): Contender['connect'] =>
  ({ script, chunk }, clock) => {
    const endpoint = `${origin}/api/uploads/`
    const server = createFaultServer({ endpoint, clock, script })
    return {
      ...{ endpoint, chunkIn, keyIn, nameIn, offsetIn, protocol: sized(protocol(), chunk), endsUnseen },
      transport: server.transport(UploadError),
      get hits() {
        return server.log.map(({ fault }) => fault.fault).filter((fault) => fault !== 'ok')
      },
      strays: 0,
      kindOf: ({ method, url }) => kindOf(method, new URL(url).pathname, new URL(endpoint).pathname),
      fateOf: () => undefined,
      async truth() {
        const all = (await server.sessions()).map(async ({ id, status }) => ({
          bytes: await server.bytes(id),
          complete: status === 'complete',
        }))
        return Promise.all(all)
      },
      expire: () => server.expire(),
      // It keeps what it has confirmed.
      roll: () => {},
    }
  }

/** A server that others wrote, as its double. */
interface Other {
  readonly endpoint: string
  readonly protocol: Protocol
  kindOf(method: string, path: string, request: TransportRequest): Kind
  fetch(request: Request): Promise<Response>
  uploads(): readonly Truth[] | Promise<readonly Truth[]>
  forget(): void
}

const others =
  (open: (clock: FakeClock) => Other): Contender['connect'] =>
  ({ script, chunk }, clock) => {
    const { endpoint, protocol, kindOf, fetch, uploads, forget } = open(clock)
    const kindIn = (request: TransportRequest): Kind => kindOf(request.method, new URL(request.url).pathname, request)
    // The form is written once: whoever sends it again sends the same.
    const types = new Map<TransportRequest, string>()
    const serve = async (request: TransportRequest, bytes: Uint8Array<ArrayBuffer>): Promise<Reply> => {
      const { method, url } = request
      const type = types.get(request)
      const headers = { ...request.headers, ...(type !== undefined && { 'Content-Type': type }) }
      const body = method === 'GET' || method === 'HEAD' ? null : bytes
      const goOn = clock.hold()
      try {
        const response = await fetch(new Request(url, { method, headers, body }))
        const text = await response.text()
        return { status: response.status, url, text, header: (name) => response.headers.get(name) ?? undefined }
      } finally {
        goOn()
      }
    }
    const way = createWay(script, clock, {
      ...{ kindOf: kindIn, serve, forget },
      async read(request) {
        const goOn = clock.hold()
        const { method, url, headers, body = null } = request
        const read = new Request(url, { method, headers, body })
        const bytes = new Uint8Array(await read.arrayBuffer())
        const type = read.headers.get('Content-Type')
        if (type !== null) types.set(request, type)
        goOn()
        return bytes
      },
      // A form that ends early is none, and what is stored of another is stored whole.
      cut: () => {},
      kill: () => {},
      async trickle(request, bytes, bytesPerSecond) {
        await clock.sleep((bytes.length / bytesPerSecond) * 1000, new AbortController().signal)
        return serve(request, bytes)
      },
    })
    return {
      ...{
        endpoint,
        chunkIn,
        keyIn,
        nameIn,
        offsetIn,
        kindOf: kindIn,
        protocol: sized(protocol, chunk),
        endsUnseen: false,
      },
      transport: way.transport,
      hits: way.hits,
      get strays() {
        return way.strays
      },
      fateOf: () => undefined,
      truth: async () => uploads(),
      expire: async () => forget(),
      roll: () => {},
    }
  }

const truthOf = (uploads: readonly { readonly complete: boolean; bytes(): Uint8Array }[]): Truth[] =>
  uploads.map(({ complete, bytes }) => ({ complete, bytes: bytes() }))

/** What is asked of every protocol, but for what its far end lets nobody hold. */
const asked: readonly Row[] = ['I01', 'I02', 'I03', 'I05', 'I06', 'I07', 'I08', 'I09', 'I11', 'I12']

export const heldBy = ({ cannot }: Contender): Row[] => asked.filter((row) => !(row in cannot))

/** Every protocol of the client, against its server. */
export const contenders: readonly Contender[] = [
  {
    name: 'drf-chunked-upload',
    cannot: {},
    spared: {},
    ends: {},
    form: 275,
    effort: 9,
    around: 2,
    connect: ours(drfChunkedUpload, false),
  },
  { name: 'tus', cannot: {}, spared: {}, ends: {}, form: 0, effort: 3, around: 2, connect: ours(() => tus(), true) },
  { name: 'ietf', cannot: {}, spared: {}, ends: {}, form: 0, effort: 3, around: 2, connect: ours(() => ietf(), true) },
  {
    name: 'django-chunked-upload',
    cannot: { I06: noKey },
    spared: { kill: 'the double is no process', expire: 'its clean-up drops what is complete too' },
    ends: {},
    form: 150,
    effort: 9,
    around: 2,
    connect: others(({ now }) => {
      const double = djangoChunkedUploadDouble({ now })
      return {
        endpoint: `${origin}/api/chunked_upload/`,
        protocol: djangoChunkedUpload({ completeEndpoint: '/api/chunked_upload_complete/' }),
        kindOf(_, path, { carries, headers, body }) {
          if (path.endsWith('_complete/')) return 'complete'
          if (!carries && headers['Content-Range'] !== undefined) return 'offset'
          return body instanceof FormData && body.get('upload_id') === '' ? 'create' : 'append'
        },
        fetch: double,
        uploads: () => truthOf(double.uploads()),
        forget: () => double.clear(),
      }
    }),
  },
  {
    name: 'django-tus',
    cannot: {
      I06: noKey,
      'rule 7':
        'its creation tells no address, so the upload is looked for, and begins at 0 whether it was found or not',
    },
    spared: {
      kill: 'the double is no process',
      corrupt: 'it compares no checksum: a byte that changed on its way stays changed',
      gone: 'it forgets an upload with its last byte: one that is gone then is taken for finished, though not verified',
      expire: 'as gone',
    },
    ends: { rejected: 'it creates elsewhere, and what is forgotten before it was found once is not looked for' },
    form: 150,
    effort: 4,
    around: 2,
    connect: others(() => {
      const endpoint = `${origin}/upload/`
      const double = djangoTusDouble(endpoint)
      return {
        endpoint,
        protocol: djangoTus(),
        kindOf: (method, path) => kindOf(method, path, '/upload/'),
        fetch: double.fetch,
        uploads: async () => (await double.finished()).map((bytes) => ({ bytes, complete: true })),
        forget: () => void double.forget(),
      }
    }),
  },
  {
    name: 'django-chunked-uploads',
    cannot: {
      I06: 'after a finish whose fate nobody knows a person begins anew, and may find both',
      I07: 'after such a finish its one place may stay taken, and a person has to look',
      'rule 2': 'an upload that has grown beyond its file is dropped in the midst of it',
      I03: 'what has grown beyond its file is dropped, and begun anew at the same address',
    },
    spared: {
      kill: 'the double is no process',
      corrupt: 'it compares no checksum: a byte that changed on its way stays changed',
      duplicate: 'a second finish deletes the file',
    },
    ends: {
      unconfirmed: 'a finish that goes unanswered is not asked after, since a second one deletes the file',
      refused: 'a finish with a byte too many or too few deletes the file',
      busy: 'it has one place, and what is there may be somebody else’s',
    },
    form: 150,
    effort: 9,
    around: 4,
    connect: others(() => {
      const double = iriChunkedUploadsDouble({ authenticate: () => 'ada' })
      return {
        endpoint: `${origin}/chunked_uploads/upload/`,
        protocol: iriChunkedUploads({ doneEndpoint: (uuid) => `done/${uuid}/` }),
        kindOf(method, path) {
          if (path.includes('/done/')) return 'complete'
          return method === 'POST' ? 'append' : method === 'GET' ? 'list' : 'terminate'
        },
        fetch: double,
        uploads: () => truthOf(double.uploads()),
        forget: () => double.endSessions(),
      }
    }),
  },
]
