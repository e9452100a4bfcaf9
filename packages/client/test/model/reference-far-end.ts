import { kindOf, type FakeClock } from '@chunkwise/testing'
import type { Reply, TransportRequest } from '../../src/types.ts'
import type { FarEnd, Fate } from './far-end.ts'
import { referenceProtocol } from './reference-protocol.ts'
import { referenceServer, type ReferenceServer, type Said } from './reference-server.ts'
import type { Schedule } from './schedule.ts'
import { bytesIn } from './small-file.ts'
import { createWay, replyOf } from './way.ts'

const endpoint = 'https://files.example/api/uploads/'
const none = new Uint8Array()

/** The reference server at the end of a way that fails by script. */
export function referenceFarEnd(
  { script, chunk, first, settleMs }: Schedule,
  sumOf: (bytes: Uint8Array) => string,
  clock: FakeClock,
  mutant?: (real: ReferenceServer) => Partial<ReferenceServer>,
): FarEnd {
  const server = referenceServer(sumOf, mutant)
  const fates = new Map<TransportRequest, Fate>()
  const forever = new AbortController().signal
  let kills = 0

  const idOf = ({ url }: TransportRequest): string => url.slice(endpoint.length)
  const kindIn = (request: TransportRequest) => kindOf(request.method, idOf(request) === '' ? '/' : '/upload', '/')

  function answer(request: TransportRequest, said: Said): Reply {
    if (said === 'gone') return replyOf(request, 404, '{}')
    if (said === 'locked') return replyOf(request, 423, '{}')
    if (said === 'mismatch') return replyOf(request, 422, '{}')
    return replyOf(request, 200, JSON.stringify(said))
  }

  function tell(request: TransportRequest, arrived: number, stored: number): void {
    fates.set(request, { arrived, stored: stored + (fates.get(request)?.stored ?? 0) })
  }

  // Opened at once; written when all of it is there.
  function begin(request: TransportRequest, size: number): { readonly finish: (bytes: Uint8Array) => Said } {
    const creates = kindIn(request) === 'create'
    const { headers } = request
    const id = creates ? server.create(headers['Key'] ?? '', Number(headers['Size'])) : idOf(request)
    // What a first try to create has left there is passed over.
    const passed = creates ? (server.uploads.get(id)?.bytes.length ?? 0) : 0
    const writer = server.open(id, creates ? passed : Number(headers['Offset']), Math.max(0, size - passed))
    return {
      finish(bytes) {
        if (typeof writer !== 'number') {
          // Who is told to wait has sent in vain, and could not know it.
          tell(request, writer === 'locked' ? 0 : bytes.length, 0)
          return writer
        }
        const own = bytes.slice(passed)
        server.write(id, own)
        tell(request, bytes.length, own.length)
        return server.close(id, writer)
      },
    }
  }

  function serve(request: TransportRequest, bytes: Uint8Array): Reply {
    const id = idOf(request)
    const kind = kindIn(request)
    if (kind === 'create' || kind === 'append') return answer(request, begin(request, bytes.length).finish(bytes))
    if (kind === 'complete') return answer(request, server.complete(id, request.headers['Sum'] ?? ''))
    if (kind === 'terminate') return server.drop(id) ? replyOf(request, 204, '') : answer(request, 'gone')
    return answer(request, server.look(id))
  }

  const way = createWay(script, clock, {
    kindOf: kindIn,
    read: ({ body }) => (body === undefined ? none : bytesIn(body)),
    serve,
    // What arrived before the cut is kept; of what carries no bytes nothing was understood.
    cut(request, bytes) {
      if (bytes.length > 0) serve(request, bytes)
    },
    async trickle(request, bytes, bytesPerSecond) {
      if (bytes.length === 0) return serve(request, bytes)
      const { finish } = begin(request, bytes.length)
      const began = kills
      await clock.sleep((bytes.length / bytesPerSecond) * 1000, forever)
      if (began !== kills) return new Promise(() => {})
      return answer(request, finish(bytes))
    },
    forget: (request) => void server.drop(idOf(request)),
    kill,
  })

  function kill(): void {
    kills += 1
    server.kill()
  }

  return {
    transport: way.transport,
    hits: way.hits,
    endpoint,
    endsUnseen: false,
    protocol: referenceProtocol(chunk, first ? chunk : 0, settleMs),
    kindOf: kindIn,
    nameIn: ({ url }) => url,
    keyIn: ({ headers }) => headers['Key'],
    truth: async () => [...server.uploads.values()],
    chunkIn: ({ headers, carries }) =>
      carries === undefined ? undefined : { offset: Number(headers['Offset'] ?? 0), size: carries },
    offsetIn: ({ text }) => {
      const json: unknown = JSON.parse(text.startsWith('{') ? text : '{}')
      const offset: unknown = Object(json).offset
      return typeof offset === 'number' ? offset : undefined
    },
    fateOf: (request) => fates.get(request) ?? { arrived: 0, stored: 0 },
    get strays() {
      return way.strays
    },
    async expire() {
      // Who is at work on one keeps it alive.
      for (const [id, { writer }] of server.uploads) if (writer === undefined) server.drop(id)
    },
    roll(bytes) {
      // Nobody is at work on what is put back.
      kill()
      server.roll(bytes)
    },
  }
}
