import { createCors, type CorsOptions } from '../cors.ts'
import { refuseForged, vouchingHeaders } from '../csrf.ts'
import { isProblem, noteProblem, UploadProblem } from '../problem.ts'
import { problemAnswer } from '../dialects/wire.ts'
import { healthOf, type Health } from '../health.ts'
import { expires, quiet, shown, told } from './answers.ts'
import { limitOf, objection } from './chunk-rules.ts'
import type { VideoAction } from './hooks.ts'
import type { VideoHost } from './host.ts'
import { memoryVideos } from './memory-videos.ts'
import type { GatewayOptions } from './options.ts'
import { resolvePolicy } from './policy.ts'
import { videoStates, type VideoRecord, type VideoState } from './record.ts'
import { byteCount, needTus } from './tus-request.ts'
import { createVideos, type Videos } from './videos.ts'

/** The gateway as a function: mount it wherever `Request` and `Response` exist. */
export interface Gateway {
  (request: Request): Promise<Response>
  /** Whether a path is the gateway's to answer. */
  owns(pathname: string): boolean
  /** The videos behind it, for lists and own code. */
  readonly videos: Videos
  /** Opens the store, and begins to follow. The first request does it otherwise. */
  open(): Promise<void>
  /** Asks after all videos that are due, and drops what has expired, as the timer does. */
  sweep(): Promise<number>
  /** Whether it should get requests, and if not, why. */
  health(): Promise<Health>
  /** Refuses new requests with 503 from now on; those under way go on. */
  drain(): void
  close(): Promise<void>
}

const followEveryMs = 5_000
const tusHeaders = ['tus-resumable', 'upload-length', 'upload-metadata', 'upload-offset', 'upload-creator']
const segment = /^[0-9a-f]{32}$/

/**
 * A gateway to a host of videos: creations by tus 1.0 with the host's secret added here, the bytes straight to the host or through this
 * server, and one life for all of them.
 *
 * @throws TypeError for an option that is wrong, naming it.
 */
export function tusGateway(host: VideoHost, options: GatewayOptions = {}): Gateway {
  const { path = '/api/videos/', authenticate, videos: store = memoryVideos(), hooks = {}, now = Date.now } = options
  const { onError = console.error, follow = true } = options
  if (!path.startsWith('/') || !path.endsWith('/'))
    throw new TypeError(`Option path: expected something like "/api/videos/", got ${JSON.stringify(path)}`)
  const policy = resolvePolicy(options.policy)
  const videos = createVideos({ host, videos: store, policy, hooks, now, onError })
  const cors =
    options.cors &&
    createCors({
      ...options.cors,
      headers: [...tusHeaders, ...(options.cors.headers ?? []), ...(authenticate?.headers ?? [])],
    })
  let opening: Promise<void> | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let closed = false
  let draining = false

  const owns = (pathname: string): boolean => `${pathname}/` === path || pathname.startsWith(path)

  const open = (): Promise<void> =>
    (opening ??= store.open().then(
      () => {
        if (follow) watch()
      },
      (error: unknown) => {
        opening = undefined
        throw error
      },
    ))

  function watch(): void {
    timer = setTimeout(() => {
      videos
        .follow()
        .catch(onError)
        .finally(() => {
          if (!closed) watch()
        })
    }, followEveryMs)
    // A process does not live on for this alone.
    if (typeof timer === 'object') timer.unref?.()
  }

  const authorize = async (request: Request, action: VideoAction, record?: VideoRecord): Promise<void> =>
    hooks.authorize?.(request, action, record)

  async function admit(request: Request): Promise<string | undefined> {
    const own = options.origin ?? new URL(request.url).origin
    refuseForged(request, { own, origins: ownPages(options.cors), headers: vouchingHeaders })
    const owner = await authenticate?.(request)
    if (authenticate && owner === undefined) {
      const { challenge } = authenticate
      if (challenge === undefined) throw new UploadProblem('forbidden', 'Sign in first')
      throw new UploadProblem('unauthorized', 'Sign in first', { challenge })
    }
    return owner
  }

  async function onList(request: Request, url: URL): Promise<Response> {
    const { method } = request
    if (method === 'OPTIONS') return told(204, { ...announced, Allow: 'GET, OPTIONS, POST' })
    const owner = await admit(request)
    if (method === 'POST') return create(request, owner)
    if (method !== 'GET') throw new UploadProblem('method-not-allowed', `Method "${method}" not allowed.`)
    await authorize(request, 'read')
    const state = url.searchParams.getAll('state').filter(isState)
    const asked = { owner: owner ?? null, ...(state.length > 0 && { states: state }) }
    const found = await videos.list(asked)
    return Response.json(found.filter((record) => record.state !== 'deleted').map(shown))
  }

  async function create(request: Request, owner: string | undefined): Promise<Response> {
    needTus(request)
    await authorize(request, 'create')
    const record = await videos.create(request, owner)
    const here = `${options.origin ?? new URL(request.url).origin}${path}${record.id}`
    return told(201, {
      ...announced,
      Location: host.way === 'direct' ? record.place : here,
      'Upload-Id': record.id,
      'Content-Location': host.way === 'direct' ? here : undefined,
      'Stream-Media-Id': host.way === 'direct' ? record.uid : undefined,
      'Upload-Expires': expires(record),
    })
  }

  async function onVideo(request: Request, id: string): Promise<Response> {
    const { method, signal } = request
    if (method === 'OPTIONS') return told(204, { ...announced, Allow: 'DELETE, GET, HEAD, OPTIONS, PATCH' })
    const record = await videos.find(id, await admit(request))
    switch (method) {
      case 'GET':
        await authorize(request, 'read', record)
        return Response.json(shown(await videos.refresh(record)))
      case 'HEAD': {
        needTus(request)
        await authorize(request, 'read', record)
        const { offset, size } = await videos.offset(record, signal)
        return told(200, {
          ...announced,
          'Upload-Offset': String(offset),
          'Upload-Length': String(size),
          'Upload-Expires': expires(record),
        })
      }
      case 'PATCH':
        return append(request, record)
      case 'DELETE':
        await authorize(request, 'remove', record)
        await videos.remove(record)
        return told(204, announced)
      default:
        throw new UploadProblem('method-not-allowed', `Method "${method}" not allowed.`)
    }
  }

  async function append(request: Request, record: VideoRecord): Promise<Response> {
    const { headers, body, signal } = request
    needTus(request)
    await authorize(request, 'append', record)
    if (headers.get('Content-Type') !== 'application/offset+octet-stream')
      throw new UploadProblem('unsupported-media-type', 'A chunk is application/offset+octet-stream')
    const offset = byteCount(headers, 'Upload-Offset')
    const length = byteCount(headers, 'Content-Length')
    const against = objection(host.chunk, offset, length, record.size)
    if (against !== undefined) throw new UploadProblem('malformed', against)
    const stream = body ?? new Blob([]).stream()
    const next = await videos.append(record, { offset, length, stream }, signal)
    return told(204, { ...announced, 'Upload-Offset': String(next.offset), 'Upload-Expires': expires(next) })
  }

  async function finalize(request: Request, id: string): Promise<Response> {
    const record = await videos.find(id, await admit(request))
    if (request.method !== 'POST')
      throw new UploadProblem('method-not-allowed', `Method "${request.method}" not allowed.`)
    await authorize(request, 'finalize', record)
    return Response.json(shown(await videos.finalize(record, request)))
  }

  async function answer(request: Request): Promise<Response> {
    const preflight = cors?.preflight(request)
    if (preflight) return preflight
    try {
      if (draining) throw new UploadProblem('unavailable', 'The server is stopping', { retryAfter: 1 })
      await open()
      const url = new URL(request.url)
      if (!owns(url.pathname)) throw new UploadProblem('not-found', 'Not found.')
      const [id = '', what, ...rest] = url.pathname.slice(path.length).split('/')
      if (id === '' && what === undefined) return await onList(request, url)
      if (id === 'webhook' && what === undefined && request.method === 'POST') {
        await videos.heard(request)
        return new Response(null, { status: 204 })
      }
      if (!segment.test(id) || rest.length > 0) throw new UploadProblem('not-found', 'Not found.')
      if (what === undefined) return await onVideo(request, id)
      if (what === 'finalize') return await finalize(request, id)
      throw new UploadProblem('not-found', 'Not found.')
    } catch (error) {
      const offset = isProblem(error) ? error.details.offset : undefined
      if (isProblem(error))
        return problemAnswer(error, {
          ...announced,
          'Upload-Offset': offset === undefined ? undefined : String(offset),
        })
      if (!request.signal.aborted) onError(error)
      return noteProblem(Response.json({ detail: 'Internal server error.' }, { status: 500 }), 'internal')
    }
  }

  const announced = { 'Tus-Resumable': '1.0.0', 'Upload-Limit': limitOf(host.chunk, policy.maxSize) }
  const handler = async (request: Request): Promise<Response> => {
    const response = quiet(await answer(request))
    cors?.allow(request, response)
    return response
  }
  return Object.assign(handler, {
    owns,
    videos,
    open,
    sweep: videos.follow,
    async health() {
      const store = await open().then(
        () => false,
        () => true,
      )
      return healthOf({ stopping: draining, store, space: false })
    },
    drain() {
      draining = true
    },
    async close() {
      closed = true
      clearTimeout(timer)
      await store.close()
    },
  })
}

const isState = (text: string): text is VideoState => videoStates.some((state) => state === text)

const ownPages = (cors: CorsOptions | undefined): readonly string[] =>
  cors?.credentials && cors.origins !== '*' ? cors.origins : []
