import { readMetadata, type Metadata } from '@chunkwise/protocol'
import { hostFailures, type HostCall, type HostFailure } from './host-answers.ts'
import { askedIn } from './request-body.ts'
import { tusTarget, type TusTarget } from './tus-target.ts'

/** How the account is set up; each has a default. */
export interface ArvanDoubleOptions {
  /** The header `Authorization` that every request must bring, the scheme's word included. Default `Apikey key`. */
  readonly authorization?: string
  /** Channels that there are. Default `channel`. */
  readonly channels?: readonly string[]
  /** Where the host says that it is, in `Location`. Default `https://napi.arvancloud.ir`. */
  readonly origin?: string
  /** How long a video is converted, in milliseconds. Default 2 000. */
  readonly processingMs?: number
  /** Whether bytes are kept, for `bytes()`. Default: only counted and hashed. */
  readonly keep?: boolean
  /** The clock, in milliseconds since 1970. */
  readonly now?: () => number
}

/** A draft file as the double has it. */
export interface ArvanDoubleFile {
  readonly id: string
  readonly channel: string
  /** `Upload-Metadata` as it came. */
  readonly metadata: Metadata
  readonly size: number
  readonly offset: number
  md5(): Promise<string>
  bytes(): Uint8Array
}

/** A video as the double has it. */
export interface ArvanDoubleVideo {
  readonly id: string
  /** The draft that it was made of. */
  readonly file: ArvanDoubleFile
  /** What it was made with, as it came. */
  readonly asked: Readonly<Record<string, unknown>>
  readonly ready: boolean
}

/** The double as a function like `fetch`, and what is in the account. */
export interface ArvanDouble {
  (request: Request): Promise<Response>
  /** Whether a path is one of the host's. */
  owns(pathname: string): boolean
  files(): readonly ArvanDoubleFile[]
  videos(): readonly ArvanDoubleVideo[]
  /** What the host answers instead, next time. */
  fail(failure: HostFailure): void
}

interface File {
  readonly id: string
  readonly channel: string
  readonly metadata: Metadata
  readonly target: TusTarget
}

interface Video {
  readonly id: string
  readonly file: File
  readonly asked: Readonly<Record<string, unknown>>
  readonly createdAt: number
}

/** MIME types by the extension that has to agree with them. */
const types: Readonly<Record<string, string>> = {
  mp4: 'video/mp4',
  m4v: 'video/x-m4v',
  avi: 'video/x-msvideo',
  mov: 'video/quicktime',
  mkv: 'video/x-matroska',
  webm: 'video/webm',
}

const areas = new Set([
  ...['CENTER', 'FIX_TOP_LEFT', 'FIX_TOP_RIGHT', 'FIX_TOP_CENTER', 'FIX_BOTTOM_LEFT', 'FIX_BOTTOM_RIGHT'],
  ...['FIX_BOTTOM_CENTER', 'ANIMATE_LEFT_TO_RIGHT', 'ANIMATE_TOP_TO_BOTTOM'],
])

/** What else an answer of the host brings that is for nobody behind a gateway. */
const inner = { Server: 'ArvanCloud', 'Set-Cookie': 'session=secret', Via: '1.1 edge-7', Link: '</secret>; rel="x"' }

/**
 * A double of ArvanCloud VOD 2.0 as far as uploads by tus, draft files and videos go. Every request must bring the exact key.
 *
 * @example
 * const host = arvanVodDouble({ origin: 'http://127.0.0.1:8788' })
 * createServer(nodeListener(host)).listen(8788, '127.0.0.1')
 */
export function arvanVodDouble(options: ArvanDoubleOptions = {}): ArvanDouble {
  const { authorization = 'Apikey key', channels = ['channel'], origin = 'https://napi.arvancloud.ir' } = options
  const { processingMs = 2_000, keep = false, now = Date.now } = options
  const base = '/vod/2.0/'
  const files = new Map<string, File>()
  const videos = new Map<string, Video>()
  const failures = hostFailures()

  const answer = (data: unknown, status = 200): Response => Response.json({ data }, { status })
  const invalid = (errors: Readonly<Record<string, readonly string[]>>): Response =>
    Response.json({ message: 'The given data was invalid.', errors }, { status: 422 })
  const missing = (): Response => Response.json({ message: 'Not found.' }, { status: 404 })

  const isReady = ({ createdAt }: Video): boolean => now() - createdAt >= processingMs

  function shown(video: Video): Record<string, unknown> {
    const { id, file, asked, createdAt } = video
    const done = (now() - createdAt) / processingMs
    const at = (part: number): string | null =>
      done >= part ? new Date(createdAt + part * processingMs).toISOString() : null
    return {
      ...{
        id,
        title: asked['title'],
        description: asked['description'] ?? null,
        thumbnail_time: asked['thumbnail_time'],
      },
      status: done < 0.5 ? 'converting' : 'complete',
      ...{ available: done >= 1, play_ready: done >= 0.5, play_ready_at: at(0.5), completed_at: at(1) },
      job_status_url: `${origin}${base}jobs/${id}`,
      file_info: { general: { size: String(file.target.size), duration: 60 } },
      ...{ convert_info: [], converted_info: [] },
      hls_playlist: done >= 0.5 ? `https://chunkwise.arvanvod.ir/${id}/h.m3u8` : null,
      thumbnail_url: `https://chunkwise.arvanvod.ir/${id}/thumbnail.png`,
    }
  }

  function create({ headers }: Request, channel: string): Response {
    const length = headers.get('Upload-Length') ?? ''
    if (headers.get('Tus-Resumable') !== '1.0.0') return new Response('Tus-Resumable', { status: 412 })
    if (!/^[1-9]\d*$/.test(length)) return invalid({ 'upload-length': ['The length is required.'] })
    let metadata: Metadata
    try {
      metadata = readMetadata(headers.get('Upload-Metadata') ?? '')
    } catch {
      return invalid({ 'upload-metadata': ['The metadata is invalid.'] })
    }
    const { filename = '', filetype = '' } = metadata
    if (filename === '') return invalid({ filename: ['The filename is required.'] })
    const extension = filename.toLowerCase().split('.').at(-1) ?? ''
    if (types[extension] !== filetype) return invalid({ filetype: ['The filetype does not match the filename.'] })
    const id = crypto.randomUUID()
    const target = tusTarget(Number(length), { keep, now, onWhole: () => {} })
    files.set(id, { id, channel, metadata, target })
    return new Response(null, {
      status: 201,
      headers: { 'Tus-Resumable': '1.0.0', Location: `${origin}${base}channels/${channel}/files/${id}`, ...inner },
    })
  }

  async function make(request: Request, channel: string): Promise<Response> {
    const asked = await askedIn(request)
    const file = files.get(String(asked['file_id']))
    const errors: Record<string, readonly string[]> = {}
    if (typeof asked['title'] !== 'string' || asked['title'] === '') errors['title'] = ['The title field is required.']
    if (!['auto', 'manual', 'profile'].includes(String(asked['convert_mode'])))
      errors['convert_mode'] = ['The selected convert mode is invalid.']
    if (!file || file.channel !== channel || file.target.offset < file.target.size)
      errors['file_id'] = ['The selected file id is invalid.']
    if (asked['watermark_id'] !== undefined && !areas.has(String(asked['watermark_area'])))
      errors['watermark_area'] = ['The selected watermark area is invalid.']
    if (!file || Object.keys(errors).length > 0) return invalid(errors)
    const video = { id: crypto.randomUUID(), file, asked, createdAt: now() }
    videos.set(video.id, video)
    // A draft becomes a video once.
    files.delete(file.id)
    return answer(shown(video), 201)
  }

  const list = (channel: string, filter: string): Response =>
    answer(
      [...videos.values()]
        .filter(({ file, asked }) => file.channel === channel && String(asked['title']).includes(filter))
        .map(shown),
    )

  async function inChannel(request: Request, channel: string, rest: readonly string[]): Promise<Response> {
    const [what, id] = rest
    const { method } = request
    if (!channels.includes(channel)) return missing()
    if (what === 'videos' && method === 'POST') return make(request, channel)
    if (what === 'videos' && method === 'GET')
      return list(channel, new URL(request.url).searchParams.get('filter') ?? '')
    if (what !== 'files') return missing()
    if (id === undefined && method === 'POST') return create(request, channel)
    if (id === undefined) return answer([...files.values()].map(({ id: each }) => ({ id: each })))
    const file = files.get(id)
    if (!file || file.channel !== channel) return missing()
    const told = (await file.target.answer(request)) ?? new Response(null, { status: 405 })
    for (const [name, value] of Object.entries(inner)) told.headers.set(name, value)
    return told
  }

  function callOf({ method }: Request, [what, , of]: readonly string[]): HostCall {
    if (what === 'channels' && of === 'files') {
      if (method === 'POST') return 'create'
      if (method === 'HEAD') return 'offset'
      if (method === 'PATCH') return 'chunk'
    }
    return what === 'channels' && of === 'videos' && method === 'POST' ? 'make' : 'api'
  }

  async function answerAll(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url)
    // As the host: who has no key learns nothing.
    if (request.headers.get('Authorization') !== authorization)
      return Response.json({ message: 'Unauthenticated.' }, { status: 401 })
    if (!pathname.startsWith(base)) return missing()
    const path = pathname.slice(base.length).split('/')
    return failures.around(callOf(request, path), () => answerAt(request, path))
  }

  async function answerAt(request: Request, path: readonly string[]): Promise<Response> {
    const [what, id = '', ...rest] = path
    if (what === 'channels') return inChannel(request, id, rest)
    if (what === 'files' && request.method === 'DELETE') return files.delete(id) ? answer({}) : missing()
    const video = what === 'videos' ? videos.get(id) : undefined
    if (!video) return missing()
    if (request.method === 'DELETE') videos.delete(id)
    return answer(shown(video))
  }

  return Object.assign(answerAll, {
    owns: (pathname: string) => pathname.startsWith(base),
    files: () => [...files.values()].map(factsOf),
    videos: () =>
      [...videos.values()].map((video): ArvanDoubleVideo => ({
        ...{ id: video.id, file: factsOf(video.file), asked: video.asked, ready: isReady(video) },
      })),
    fail: failures.add,
  })
}

function factsOf({ id, channel, metadata, target }: File): ArvanDoubleFile {
  const { size, offset, md5, bytes } = target
  return { id, channel, metadata, size, offset, md5, bytes }
}
