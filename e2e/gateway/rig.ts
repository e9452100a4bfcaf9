import {
  arvanVodDouble,
  cloudflareStreamDouble,
  type ArvanDouble,
  type CloudflareDouble,
} from '@chunkwise/testing/doubles'
import { writeMetadata } from '@chunkwise/protocol'
import {
  arvanVod,
  cloudflareStream,
  memoryVideos,
  type ArvanVodOptions,
  type CloudflareStreamOptions,
  type Gateway,
  type VideoStore,
} from '@chunkwise/server/gateway'

const MiB = 1024 ** 2
const tus = { 'Tus-Resumable': '1.0.0' }

/** A gateway over the double of its host, in virtual time. */
export interface Rig {
  readonly gateway: Gateway
  readonly videos: VideoStore
  readonly errors: unknown[]
  /** What was sent to the host: method, address and headers of each request. */
  readonly asked: { readonly method: string; readonly url: string; readonly headers: Headers }[]
  pass(ms: number): void
  now(): number
  /** Asks the gateway, as this person. */
  ask(method: string, path: string, options?: AskOptions): Promise<Answer>
  /** The host, of which all doubles have this. */
  readonly host: Pick<CloudflareDouble, 'fail'>
  /** The same records and the same host, behind a gateway that has just been started. */
  restarted(): Pick<Rig, 'gateway' | 'ask'>
  create(size: number, options?: AskOptions & { readonly metadata?: Readonly<Record<string, string>> }): Promise<Answer>
}

export interface AskOptions {
  readonly as?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: BodyInit
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body, where it is JSON. */
  readonly json: unknown
}

const begin = Date.UTC(2026, 0, 1)

interface Clock {
  now(): number
  pass(ms: number): void
}

function startClock(): Clock {
  let time = begin
  return { now: () => time, pass: (ms) => void (time += ms) }
}

function rigOf(
  { now, pass }: Clock,
  host: Host & Rig['host'],
  make: (around: { readonly fetch: typeof fetch; readonly shared: Shared }) => Gateway,
): Rig {
  const asked: Rig['asked'] = []
  const errors: unknown[] = []
  const videos = memoryVideos()
  const send = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init)
    asked.push({ method: request.method, url: request.url, headers: request.headers })
    return host(request)
  }
  const shared: Shared = {
    ...{ videos, follow: false, now, onError: (error) => errors.push(error) },
    authenticate: (request) => request.headers.get('Authorization')?.replace('Person ', ''),
  }
  const open = (): Pick<Rig, 'gateway' | 'ask'> => {
    const gateway = make({ fetch: send, shared })
    return { gateway, ask: (...asked) => askOf(gateway, ...asked) }
  }

  async function askOf(
    gateway: Gateway,
    method: string,
    path: string,
    { as = 'ada', headers = {}, body }: AskOptions = {},
  ): Promise<Answer> {
    const url = new URL(path, 'https://app.example/api/videos/')
    const own = { ...tus, ...(as !== '' && { Authorization: `Person ${as}` }), ...headers }
    const init: RequestInit & { duplex?: 'half' } = {
      method,
      headers: own,
      ...(body !== undefined && { body, duplex: 'half' }),
    }
    const response = await gateway(new Request(url, init))
    const text = await response.text()
    const isJson = /json/.test(response.headers.get('Content-Type') ?? '')
    const json: unknown = isJson ? JSON.parse(text) : {}
    return { status: response.status, headers: response.headers, text, json }
  }

  const { gateway, ask } = open()
  return {
    ...{ gateway, videos, errors, asked, now, pass, ask, host, restarted: open },
    create: (size, { metadata = film, headers = {}, ...options } = {}) =>
      ask('POST', '', {
        ...options,
        headers: { 'Upload-Length': String(size), 'Upload-Metadata': writeMetadata(metadata), ...headers },
      }),
  }
}

export const film = { filename: 'film.mp4', filetype: 'video/mp4' }
export { MiB }

type Host = (request: Request) => Promise<Response>
type Shared = Pick<CloudflareStreamOptions, 'videos' | 'follow' | 'now' | 'onError' | 'authenticate'>

export interface CloudflareRig extends Rig {
  readonly host: CloudflareDouble
  /** Sends bytes straight to the host, as a browser does. */
  send(url: string, offset: number, bytes: Uint8Array<ArrayBuffer>): Promise<Response>
}

export function cloudflareRig(
  options: Partial<CloudflareStreamOptions> = {},
  hostOptions: Parameters<typeof cloudflareStreamDouble>[0] = {},
): CloudflareRig {
  const clock = startClock()
  const host = cloudflareStreamDouble({ now: clock.now, ...hostOptions })
  const rig = rigOf(clock, host, ({ fetch, shared }) =>
    cloudflareStream({ ...shared, accountId: 'account', apiToken: 'token', fetch, ...options }),
  )
  return { ...rig, host, send: (url, offset, bytes) => host(new Request(url, chunk(offset, bytes))) }
}

export interface ArvanRig extends Rig {
  readonly host: ArvanDouble
  /** Sends a chunk to the gateway. */
  send(id: string, offset: number, bytes: Uint8Array<ArrayBuffer>, options?: AskOptions): Promise<Answer>
}

export function arvanRig(
  options: Partial<ArvanVodOptions> = {},
  hostOptions: Parameters<typeof arvanVodDouble>[0] = {},
): ArvanRig {
  const clock = startClock()
  const host = arvanVodDouble({ now: clock.now, ...hostOptions })
  const rig = rigOf(clock, host, ({ fetch, shared }) =>
    arvanVod({ ...shared, apiKey: 'key', channelId: 'channel', fetch, ...options }),
  )
  return {
    ...rig,
    host,
    send: (id, offset, bytes, more = {}) => {
      const { headers, body } = chunk(offset, bytes)
      return rig.ask('PATCH', id, { ...more, body, headers: { ...headers, ...more.headers } })
    },
  }
}

const chunk = (offset: number, bytes: Uint8Array<ArrayBuffer>) => ({
  method: 'PATCH',
  headers: {
    ...{ ...tus, 'Content-Type': 'application/offset+octet-stream' },
    ...{ 'Upload-Offset': String(offset), 'Content-Length': String(bytes.length) },
  },
  body: bytes,
})
