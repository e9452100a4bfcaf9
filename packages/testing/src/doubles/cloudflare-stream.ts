import { readMetadata, type Metadata } from '@chunkwise/protocol'
import { hostFailures, openToPages, preflight, type HostFailure } from './host-answers.ts'
import { askedIn } from './request-body.ts'
import { tusTarget, type TusTarget } from './tus-target.ts'

/** How the account is set up; each has a default. */
export interface CloudflareDoubleOptions {
  /** Default `account`. */
  readonly accountId?: string
  /** What every call of the API must bring. Default `token`. */
  readonly apiToken?: string
  /** Where the API is. Default `https://api.cloudflare.com`. */
  readonly apiOrigin?: string
  /** Where browsers send bytes. Default `https://upload.videodelivery.net`. */
  readonly uploadOrigin?: string
  /** How long a video is a video for, in seconds, by its name. Default 60. */
  readonly durationOf?: (name: string) => number
  /** Why a video cannot be made of what came, such as `ERR_NON_VIDEO`. Default: it can. */
  readonly objection?: (name: string) => string | undefined
  /** How long it takes from the last byte to the end of encoding, in milliseconds. Default 2 000. */
  readonly processingMs?: number
  /** How long a chunk may take, in milliseconds; then it is answered by 408. Default: as long as it likes. */
  readonly patienceMs?: number
  /** Whether bytes are kept, for `bytes()`. Default: only counted and hashed. */
  readonly keep?: boolean
  /** The clock, in milliseconds since 1970. */
  readonly now?: () => number
  /** How webhooks are sent. Default `fetch`. */
  readonly send?: (request: Request) => Promise<unknown>
}

/** A video as the double has it. */
export interface CloudflareDoubleVideo {
  readonly uid: string
  readonly creator: string | undefined
  /** `Upload-Metadata` as it came. */
  readonly metadata: Metadata
  readonly size: number
  readonly offset: number
  /** `pendingupload`, `queued`, `inprogress`, `ready` or `error`. */
  readonly state: string
  readonly clippedFrom: string | undefined
  readonly downloadable: boolean
  md5(): Promise<string>
  bytes(): Uint8Array
}

/** The double as a function like `fetch`, and what is in the account. */
export interface CloudflareDouble {
  (request: Request): Promise<Response>
  /** Whether a path is one of the host's. */
  owns(pathname: string): boolean
  videos(): readonly CloudflareDoubleVideo[]
  /** What came to the upload host and must not: a key, a cookie. */
  leaks(): readonly string[]
  /** What the host answers instead, next time. */
  fail(failure: HostFailure): void
  /** Sends the webhooks that are due: one for each video that has come to its end, ready or not. */
  deliver(): Promise<void>
}

interface Video {
  readonly uid: string
  readonly creator: string | undefined
  readonly metadata: Metadata
  readonly target: TusTarget
  readonly expiresAt: number
  readonly createdAt: number
  readonly clippedFrom: string | undefined
  readonly duration: number
  readonly seconds: number | undefined
  wholeAt: number | undefined
  downloadAt: number | undefined
  told: boolean
}

const MiB = 1024 ** 2
const rules = { min: 5 * MiB, max: 200 * MiB, multipleOf: 256 * 1024 }
const halfAnHour = 30 * 60_000
const exposed = ['Location', 'Stream-Media-Id', 'Tus-Resumable', 'Upload-Length', 'Upload-Offset']
const tusHeaders = ['Content-Type', 'Tus-Resumable', 'Upload-Length', 'Upload-Metadata', 'Upload-Offset']

/**
 * A double of Cloudflare Stream as far as direct uploads by tus, status, clips, downloads and webhooks go: with its rules for chunks,
 * its states, and its signature. The API answers only to the exact token; the upload host takes none.
 *
 * @example
 * const host = cloudflareStreamDouble({ apiOrigin: 'http://127.0.0.1:8787', uploadOrigin: 'http://127.0.0.1:8787' })
 * createServer(nodeListener(host)).listen(8787, '127.0.0.1')
 */
export function cloudflareStreamDouble(options: CloudflareDoubleOptions = {}): CloudflareDouble {
  const { accountId = 'account', apiToken = 'token', uploadOrigin = 'https://upload.videodelivery.net' } = options
  const { apiOrigin = 'https://api.cloudflare.com', processingMs = 2_000, keep = false, now = Date.now } = options
  const { durationOf = () => 60, objection = () => undefined, patienceMs = Infinity, send = fetch } = options
  const api = `/client/v4/accounts/${accountId}/stream`
  const videos = new Map<string, Video>()
  const failures = hostFailures()
  const leaks: string[] = []
  let webhook: { readonly url: string; readonly secret: string } | undefined

  const nameOf = ({ metadata }: Video): string => metadata['name'] ?? metadata['filename'] ?? ''

  function stateOf(video: Video): { state: string; percent: number; error: string | undefined } {
    const { wholeAt, duration, seconds } = video
    if (wholeAt === undefined) return { state: 'pendingupload', percent: 0, error: undefined }
    const tooLong = seconds !== undefined && duration > seconds ? 'ERR_DURATION_EXCEED_CONSTRAINT' : undefined
    const error = objection(nameOf(video)) ?? tooLong
    const done = Math.min(1, (now() - wholeAt) / processingMs)
    if (error !== undefined && done >= 0.25) return { state: 'error', percent: 0, error }
    if (done < 0.25) return { state: 'queued', percent: 0, error: undefined }
    return { state: done < 1 ? 'inprogress' : 'ready', percent: Math.round(done * 100), error: undefined }
  }

  function shown(video: Video): Record<string, unknown> {
    const { uid, creator, metadata, target, createdAt, expiresAt, clippedFrom, duration, seconds } = video
    const { state, percent, error } = stateOf(video)
    const playable = percent >= 50
    const pages = `https://customer-f33zs165nr7gyfy4.cloudflarestream.com/${uid}`
    return {
      uid,
      creator: creator ?? null,
      status: {
        state,
        ...(state === 'inprogress' || state === 'ready' ? { pctComplete: String(percent), step: 'encoding' } : {}),
        errorReasonCode: error ?? '',
        errorReasonText: error === undefined ? '' : 'The video cannot be processed.',
      },
      readyToStream: playable,
      ...{ thumbnail: `${pages}/thumbnails/thumbnail.jpg`, preview: `${pages}/watch` },
      playback: { hls: `${pages}/manifest/video.m3u8`, dash: `${pages}/manifest/video.mpd` },
      duration: playable ? duration : -1,
      size: target.size,
      meta: { ...metadata },
      created: new Date(createdAt).toISOString(),
      uploadExpiry: new Date(expiresAt).toISOString(),
      maxDurationSeconds: seconds ?? null,
      requireSignedURLs: 'requiresignedurls' in metadata,
      allowedOrigins: (metadata['allowedorigins'] ?? '').split(',').filter((each: string) => each !== ''),
      clippedFrom: clippedFrom ?? null,
    }
  }

  const answer = (result: unknown, status = 200): Response =>
    Response.json({ success: true, errors: [], messages: [], result }, { status })
  const refuse = (status: number, code: number, message: string): Response =>
    Response.json({ success: false, errors: [{ code, message }], messages: [], result: null }, { status })
  const missing = (): Response => refuse(404, 10003, 'Not Found')

  function enlist(
    facts: Pick<Video, 'creator' | 'metadata' | 'clippedFrom' | 'duration' | 'seconds'>,
    size: number,
  ): Video {
    const expiry = Date.parse(facts.metadata['expiry'] ?? '')
    const video: Video = {
      ...facts,
      uid: crypto.randomUUID().replaceAll('-', ''),
      target: tusTarget(size, {
        objection: ({ offset, length }) => chunkObjection(offset, length, size),
        ...{ patienceMs, keep, now },
        onWhole: () => void (video.wholeAt = now()),
      }),
      createdAt: now(),
      expiresAt: Number.isNaN(expiry) ? now() + halfAnHour : expiry,
      ...{ wholeAt: undefined, downloadAt: undefined, told: false },
    }
    videos.set(video.uid, video)
    return video
  }

  function create(request: Request, direct: boolean): Response {
    const { headers } = request
    const length = headers.get('Upload-Length') ?? ''
    if (!direct || headers.get('Tus-Resumable') !== '1.0.0')
      return refuse(400, 10005, 'Bad Request: tus and direct_user')
    if (!/^[1-9]\d*$/.test(length)) return refuse(400, 10005, 'Bad Request: Upload-Length')
    const creator = headers.get('Upload-Creator') ?? undefined
    if (creator !== undefined && creator.length > 64) return refuse(400, 10005, 'Bad Request: Upload-Creator')
    let metadata: Metadata
    try {
      metadata = readMetadata(headers.get('Upload-Metadata') ?? '')
    } catch {
      return refuse(400, 10005, 'Bad Request: Upload-Metadata')
    }
    const told = metadata['maxDurationSeconds'] ?? metadata['maxdurationseconds']
    const duration = durationOf(metadata['name'] ?? metadata['filename'] ?? '')
    const seconds = told === undefined ? undefined : Number(told)
    const { uid } = enlist({ creator, metadata, clippedFrom: undefined, duration, seconds }, Number(length))
    const place = `${uploadOrigin}/tus/${uid}?tusv2=true`
    return new Response(null, {
      status: 201,
      headers: { 'Tus-Resumable': '1.0.0', Location: place, 'Stream-Media-Id': uid },
    })
  }

  async function clip(request: Request): Promise<Response> {
    const asked = await askedIn(request)
    const source = videos.get(String(asked['clippedFromVideoUID']))
    const [start, end] = [Number(asked['startTimeSeconds']), Number(asked['endTimeSeconds'])]
    if (!source) return missing()
    if (stateOf(source).state !== 'ready') return refuse(400, 10005, 'Bad Request: the video is not ready')
    if (!(start >= 0 && end > start && end <= source.duration)) return refuse(400, 10005, 'Bad Request: range')
    const { metadata } = source
    const creator = typeof asked['creator'] === 'string' ? asked['creator'] : undefined
    const made = enlist({ creator, metadata, clippedFrom: source.uid, duration: end - start, seconds: undefined }, 0)
    made.wholeAt = now()
    return answer(shown(made))
  }

  function downloads(video: Video, method: string): Response {
    if (stateOf(video).state !== 'ready') return refuse(400, 10005, 'Bad Request: the video is not ready')
    if (method === 'POST') video.downloadAt ??= now()
    if (method === 'DELETE') video.downloadAt = undefined
    if (video.downloadAt === undefined) return answer({})
    const done = Math.min(1, (now() - video.downloadAt) / processingMs)
    const url = `https://customer-f33zs165nr7gyfy4.cloudflarestream.com/${video.uid}/downloads/default.mp4`
    return answer({ default: { status: done < 1 ? 'inprogress' : 'ready', url, percentComplete: done * 100 } })
  }

  async function notify(request: Request): Promise<Response> {
    if (request.method === 'DELETE') webhook = undefined
    if (request.method === 'PUT') {
      const asked = await askedIn(request)
      webhook = { url: String(asked['notificationUrl']), secret: crypto.randomUUID().replaceAll('-', '') }
    }
    return answer(webhook ? { notificationUrl: webhook.url, secret: webhook.secret } : null)
  }

  async function ask(request: Request, path: string, query: URLSearchParams): Promise<Response> {
    const { method, headers } = request
    if (headers.get('Authorization') !== `Bearer ${apiToken}`) return refuse(403, 10000, 'Authentication error')
    const making = path === '' ? 'create' : path === 'clip' ? 'make' : 'api'
    return failures.around(method === 'POST' ? making : 'api', () => answerAt(request, path, query))
  }

  async function answerAt(request: Request, path: string, query: URLSearchParams): Promise<Response> {
    const { method } = request
    if (path === '') return method === 'POST' ? create(request, query.get('direct_user') === 'true') : list(query)
    if (path === 'clip') return clip(request)
    if (path === 'webhook') return notify(request)
    const [uid = '', what] = path.split('/')
    const video = videos.get(uid)
    if (!video) return missing()
    if (what === 'downloads') return downloads(video, method)
    if (what !== undefined) return missing()
    if (method !== 'DELETE') return answer(shown(video))
    videos.delete(uid)
    return new Response(null, { status: 200 })
  }

  function list(query: URLSearchParams): Response {
    const [creator, status] = [query.get('creator'), query.get('status')]
    const after = Date.parse(query.get('after') ?? '1970-01-01')
    const found = [...videos.values()].filter(
      (video) =>
        (creator === null || video.creator === creator) &&
        (status === null || stateOf(video).state === status) &&
        video.createdAt >= after,
    )
    return answer(found.map(shown))
  }

  async function takeBytes(request: Request, { pathname, search }: URL): Promise<Response> {
    if (request.method === 'OPTIONS') return preflight(['HEAD', 'PATCH'], tusHeaders)
    for (const name of ['Authorization', 'Cookie', 'X-Auth-Key']) if (request.headers.has(name)) leaks.push(name)
    const video = videos.get(pathname.split('/')[2] ?? '')
    // The address is a capability, all of it.
    if (!video || search !== '?tusv2=true') return new Response('not found', { status: 404 })
    if (video.wholeAt === undefined && video.expiresAt <= now()) return new Response('expired', { status: 410 })
    return failures.around(
      request.method === 'PATCH' ? 'chunk' : 'offset',
      async () => (await video.target.answer(request)) ?? new Response(null, { status: 405 }),
    )
  }

  async function deliver(): Promise<void> {
    for (const video of videos.values()) {
      const { state } = stateOf(video)
      if (!webhook || video.told || (state !== 'ready' && state !== 'error')) continue
      video.told = true
      const body = JSON.stringify(shown(video))
      const headers = {
        'Content-Type': 'application/json',
        'Webhook-Signature': await signed(webhook.secret, Math.floor(now() / 1000), body),
      }
      await send(new Request(webhook.url, { method: 'POST', headers, body }))
    }
  }

  const answerAll = async (request: Request): Promise<Response> => {
    const url = new URL(request.url)
    const path = url.pathname
    if (path === api || path.startsWith(`${api}/`)) return ask(request, path.slice(api.length + 1), url.searchParams)
    if (path.startsWith('/tus/')) return openToPages(await takeBytes(request, url), exposed)
    return refuse(404, 7003, `No route for ${apiOrigin}`)
  }
  return Object.assign(answerAll, {
    owns: (pathname: string) => pathname.startsWith('/client/v4/') || pathname.startsWith('/tus/'),
    videos: () =>
      [...videos.values()].map((video): CloudflareDoubleVideo => {
        const { uid, creator, metadata, target, clippedFrom, downloadAt } = video
        const { size, offset, md5, bytes } = target
        const { state } = stateOf(video)
        return {
          uid,
          creator,
          metadata,
          size,
          offset,
          state,
          clippedFrom,
          downloadable: downloadAt !== undefined,
          md5,
          bytes,
        }
      }),
    leaks: () => leaks,
    fail: failures.add,
    deliver,
  })
}

function chunkObjection(offset: number, length: number, size: number): string | undefined {
  const isLast = offset + length === size
  if (length > rules.max) return `A chunk has at most ${rules.max} bytes`
  if (isLast) return undefined
  if (length < rules.min) return `A chunk has at least ${rules.min} bytes`
  return length % rules.multipleOf === 0 ? undefined : `The size of a chunk is a multiple of ${rules.multipleOf}`
}

/** The header `Webhook-Signature`: HMAC-SHA256 over time and body, in hex. `seconds`: since 1970. */
async function signed(secret: string, seconds: number, body: string): Promise<string> {
  const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
  const key = await crypto.subtle.importKey('raw', encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  const signature = new Uint8Array(await crypto.subtle.sign('HMAC', key, encode(`${seconds}.${body}`)))
  return `time=${seconds},sig1=${Array.from(signature, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
