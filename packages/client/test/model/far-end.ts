import { createPlay, kindOf, type Fault, type FakeClock, type Kind, type Script } from '@chunkwise/testing'
import { UploadError } from '../../src/errors.ts'
import { failureOf, jsonOf } from '../../src/protocols/failure.ts'
import type { Protocol, Reply, Session, Tools, Transport, TransportRequest } from '../../src/types.ts'
import { referenceServer, type ReferenceServer, type Said } from './reference-server.ts'
import { bytesIn } from './small-file.ts'

/** What a server has of an upload, for the judge alone. */
export interface Truth {
  readonly bytes: Uint8Array
  readonly complete: boolean
}

/** A server, the way to it, and the protocol that it speaks. */
export interface FarEnd {
  readonly protocol: Protocol
  readonly transport: Transport
  truth(): Promise<readonly Truth[]>
  /** What a request that carries bytes carries, and where to. */
  chunkIn(request: TransportRequest): { readonly offset: number; readonly size: number } | undefined
  kindOf(request: TransportRequest): Kind
  /** What a request calls its creation, if it is one. */
  keyIn(request: TransportRequest): string | undefined
  /** Where the server stands, if an answer tells. */
  offsetIn(reply: Reply): number | undefined
  /** The server forgets everything that is unfinished. */
  expire(): Promise<void>
  /** The server loses the last bytes; only the reference server can. */
  roll(bytes: number): void
  readonly faults: readonly Fault['fault'][]
}

export const endpoint = 'https://files.example/api/uploads/'
const root = '/api/uploads/'
const kindIn = ({ method, url }: TransportRequest): Kind => kindOf(method, new URL(url).pathname, root)

/** The reference server behind a network that fails by script, and a protocol that says no more than it must. */
export function referenceFarEnd(
  script: Script,
  { chunk, first, settleMs }: { readonly chunk: number; readonly first: boolean; readonly settleMs: number },
  sumOf: (bytes: Uint8Array) => string,
  clock: FakeClock,
  wrap: (server: ReferenceServer) => ReferenceServer = (server) => server,
): FarEnd {
  const server = wrap(referenceServer(sumOf))
  const play = createPlay(script)
  const held: { readonly due: number; readonly apply: () => void }[] = []
  const faults: Fault['fault'][] = []
  let count = 0

  function apply(request: TransportRequest, bytes: Uint8Array): Reply {
    const { headers, url } = request
    const id = url.slice(endpoint.length)
    const kind = kindIn(request)
    let said: Said = 'gone'
    if (kind === 'create') {
      const created = server.create(headers['Key'] ?? '', Number(headers['Size']))
      // What a first try has left there is passed over.
      const has = server.uploads.get(created)?.bytes.length ?? 0
      said = server.append(created, has, bytes.slice(has))
    }
    if (kind === 'append') said = server.append(id, Number(headers['Offset']), bytes)
    if (kind === 'offset') said = server.look(id)
    if (kind === 'complete') said = server.complete(id, headers['Sum'] ?? '')
    if (kind === 'terminate' && server.uploads.delete(id)) return replyOf(request, 204, '')
    if (said === 'gone') return replyOf(request, 404, '{}')
    if (said === 'mismatch') return replyOf(request, 422, '{}')
    return replyOf(request, 200, JSON.stringify(said))
  }

  const transport: Transport = async (request, { signal, onSent }) => {
    count += 1
    const number = count
    const fault = play.next({ method: request.method, kind: kindIn(request) })
    if (fault.fault !== 'ok') faults.push(fault.fault)
    for (const late of held.filter(({ due }) => due === number)) late.apply()
    const bytes = request.body === undefined ? new Uint8Array() : bytesIn(request.body)
    const lost = new UploadError('network', 'No answer')
    switch (fault.fault) {
      case 'ok':
        break
      case 'drop':
        throw lost
      case 'cut':
        onSent(Math.min(fault.after, bytes.length))
        // What arrived before the cut is kept; of what carries no bytes nothing was understood.
        if (bytes.length > 0) apply(request, bytes.slice(0, fault.after))
        throw lost
      case 'lost':
        onSent(bytes.length)
        apply(request, bytes)
        throw lost
      case 'duplicate':
        apply(request, bytes)
        break
      case 'delay':
        if (fault.what === 'answer') {
          onSent(bytes.length)
          const reply = apply(request, bytes)
          await clock.sleep(fault.ms, signal)
          return reply
        }
        await clock.sleep(fault.ms, signal)
        break
      case 'slow':
        await clock.sleep((bytes.length / fault.bytesPerSecond) * 1000, signal)
        break
      case 'late':
        held.push({ due: number + (fault.before ?? 1), apply: () => void apply(request, bytes) })
        throw lost
      case 'status':
        return replyOf(request, fault.status, JSON.stringify(fault.body ?? {}), fault.headers)
      case 'html':
        return replyOf(request, 200, '<!doctype html>')
      case 'corrupt':
        if (bytes.length > 0) {
          const at = fault.byte % bytes.length
          return apply(request, bytes.with(at, (bytes[at] ?? 0) ^ 1))
        }
        break
      case 'gone':
        server.uploads.delete(request.url.slice(endpoint.length))
        break
      case 'kill':
        throw new Error('This far end has no server that could be killed')
    }
    onSent(bytes.length)
    return apply(request, bytes)
  }

  return {
    protocol: protocolOf(chunk, first ? chunk : 0, settleMs),
    transport,
    faults,
    kindOf: kindIn,
    keyIn: ({ headers }) => headers['Key'],
    truth: async () => [...server.uploads.values()],
    chunkIn: ({ headers, carries }) =>
      carries === undefined ? undefined : { offset: Number(headers['Offset'] ?? 0), size: carries },
    offsetIn: ({ text }) => {
      const json: unknown = JSON.parse(text.startsWith('{') ? text : '{}')
      const offset: unknown = Object(json).offset
      return typeof offset === 'number' ? offset : undefined
    },
    async expire() {
      for (const [id, { complete }] of server.uploads) if (!complete) server.uploads.delete(id)
    },
    roll: (bytes) => server.roll(bytes),
  }
}

function replyOf(
  { url }: TransportRequest,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return { status, url, text, header: (name) => headers[name] }
}

function protocolOf(chunk: number, first: number, settleMs: number): Protocol {
  const urlOf = ({ url }: Session): string => String(url)

  function read(reply: Reply, tools: Tools): Exclude<Said, 'mismatch'> {
    const json = jsonOf(reply)
    if (reply.status === 404 || reply.status === 410) return 'gone'
    if (reply.status === 422) throw new UploadError('checksum', 'What arrived is not what was read', { status: 422 })
    if (reply.status >= 300) throw failureOf(reply, 'go on', '', tools.clock)
    const said = Object(json) as Partial<Exclude<Said, string>>
    if (json === undefined) throw new UploadError('blocked', 'Something else answered')
    const { id, offset, complete } = said
    if (typeof id === 'string' && typeof offset === 'number' && typeof complete === 'boolean')
      return { id, offset, complete }
    throw new UploadError('malformed', 'Cannot read the answer')
  }
  const confirmed = (said: Exclude<Said, string>, url: string) => ({
    offset: said.offset,
    ...(said.complete ? { complete: { url, answer: said, verified: true } } : {}),
  })

  return {
    name: 'reference',
    far: { chunk: { max: chunk }, first, whole: 0, settleMs, exclusive: false, forgetsFinished: false, empty: true },
    async create(file, body, tools) {
      const headers = { Key: file.key, Size: String(file.size) }
      const request = { method: 'POST', url: tools.endpoint, headers }
      const carried = body ? { body: body.body, carries: body.body.size } : {}
      const said = read(await tools.send({ ...request, ...carried }), tools)
      if (said === 'gone') throw new UploadError('rejected', 'No such address')
      return { session: { url: tools.endpoint + said.id }, ...confirmed(said, tools.endpoint + said.id) }
    },
    async offset(session, _, tools) {
      const said = read(await tools.send({ method: 'GET', url: urlOf(session) }), tools)
      return said === 'gone' ? said : confirmed(said, urlOf(session))
    },
    async append(session, _, { offset, body }, tools) {
      const request = {
        method: 'PATCH',
        url: urlOf(session),
        headers: { Offset: String(offset) },
        body,
        carries: body.size,
      }
      const said = read(await tools.send(request), tools)
      return said === 'gone' ? said : confirmed(said, urlOf(session))
    },
    async complete(session, _, checksum, tools) {
      const request = { method: 'POST', url: urlOf(session), headers: { Sum: checksum?.hex ?? '' } }
      const said = read(await tools.send(request), tools)
      if (said === 'gone') return said
      return confirmed(said, urlOf(session)).complete ?? { offset: said.offset }
    },
    async terminate(session, tools) {
      const { status } = await tools.send({ method: 'DELETE', url: urlOf(session) })
      return status === 204 || status === 404
    },
  }
}
