import { writeMetadata } from '@chunkwise/protocol'
import * as z from 'zod/mini'
import { UploadProblem } from '../problem.ts'
import type { Creation, Standing, VideoHost } from './host.ts'
import type { GatewayOptions } from './options.ts'
import type { Asset, VideoRecord, VideoState } from './record.ts'
import { tusGateway, type Gateway } from './tus-gateway.ts'
import { createUpstream, refused, type Upstream } from './upstream.ts'
import { readSigned } from './webhook-signature.ts'

/** Options of {@link cloudflareStream}. */
export interface CloudflareStreamOptions extends GatewayOptions {
  readonly accountId: string
  /** A token that may write Stream. */
  readonly apiToken: string
  /** Whether videos are seen by signed addresses only. */
  readonly requireSignedUrls?: boolean
  /** Hosts of pages that may show the videos, `app.example`. Default: all. */
  readonly allowedOrigins?: readonly string[]
  /** Where the picture is taken, as a part of the duration: 0 to 1. */
  readonly thumbnailAt?: number
  /** The watermark's uid. */
  readonly watermark?: string
  /** After how many days the host deletes a video: 30 to 1 096. Default: never. */
  readonly deleteAfterDays?: number
  /** Longer videos are cut to so many seconds, once they are ready; the original is deleted when the cut one is. */
  readonly trimSeconds?: number
  /** Whether a file for downloads is made. The host bills it. */
  readonly download?: boolean
  /** The secret that the host gave for its webhooks. Without it, videos are asked after. */
  readonly webhookSecret?: string
  /** Where the host's API is: `https://api.cloudflare.com/client/v4`. */
  readonly api?: string
  /** Where browsers may be sent with their bytes. Default: the host's own addresses. */
  readonly uploadOrigins?: readonly string[]
  /** How long the host may take for an answer, in milliseconds: 15 000. */
  readonly timeoutMs?: number
  readonly fetch?: typeof fetch
}

const MiB = 1024 ** 2
const day = 86_400_000
const text = z.optional(z.nullable(z.string()))
const number = z.optional(z.nullable(z.number()))

const videoSchema = z.object({
  uid: z.string(),
  creator: text,
  status: z.object({ state: z.string(), pctComplete: text, errorReasonCode: text, errReasonCode: text }),
  readyToStream: z.optional(z.boolean()),
  thumbnail: text,
  preview: text,
  playback: z.optional(z.object({ hls: text, dash: text })),
  duration: number,
  size: number,
})
const answered = z.object({ result: videoSchema })
const listed = z.object({ result: z.array(z.object({ uid: z.string(), clippedFrom: text })) })
const downloads = z.object({
  result: z.object({ default: z.optional(z.object({ status: z.string(), url: z.string() })) }),
})

type Video = z.infer<typeof videoSchema>

const states: Readonly<Record<string, VideoState>> = {
  pendingupload: 'created',
  downloading: 'uploaded',
  queued: 'uploaded',
  inprogress: 'processing',
  ready: 'ready',
  error: 'failed',
}

/**
 * A gateway to Cloudflare Stream. Creations go through this server, which has the token; the browser sends its bytes straight to the
 * host, to an address that is good for one upload.
 *
 * @throws TypeError for an option that is wrong, naming it.
 * @example
 * const gateway = cloudflareStream({ accountId, apiToken, authenticate, policy: { maxSeconds: 600 } })
 * createServer(nodeListener(gateway)).listen(8080)
 */
export function cloudflareStream(options: CloudflareStreamOptions): Gateway {
  return tusGateway(cloudflareHost(options), options)
}

/** The host alone, for a gateway of one's own. */
export function cloudflareHost(options: CloudflareStreamOptions): VideoHost {
  check(options)
  const { accountId, apiToken, trimSeconds, download = false, webhookSecret, timeoutMs, fetch } = options
  const { api = 'https://api.cloudflare.com/client/v4' } = options
  const { uploadOrigins = ['https://upload.videodelivery.net', 'https://*.cloudflarestream.com'] } = options
  const upstream = createUpstream({
    ...{ base: `${api.replace(/\/+$/, '')}/accounts/${accountId}/stream`, authorization: `Bearer ${apiToken}` },
    ...{ origins: uploadOrigins, prefix: '/' },
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(fetch && { fetch }),
  })

  const orders = ({ seconds, expiresAt, title }: Creation): Record<string, string> => ({
    name: title,
    ...(seconds !== undefined && { maxDurationSeconds: String(Math.ceil(seconds)) }),
    expiry: new Date(expiresAt).toISOString(),
    ...(options.requireSignedUrls && { requiresignedurls: '' }),
    ...(options.allowedOrigins && { allowedorigins: options.allowedOrigins.join(',') }),
    ...(options.thumbnailAt !== undefined && { thumbnailtimestamppct: String(options.thumbnailAt) }),
    ...(options.watermark !== undefined && { watermark: options.watermark }),
    ...(options.deleteAfterDays !== undefined && {
      scheduleddeletion: new Date(expiresAt + options.deleteAfterDays * day).toISOString(),
    }),
  })

  return {
    name: 'cloudflare-stream',
    way: 'direct',
    chunk: { min: 5 * MiB, max: 200 * MiB, multipleOf: MiB / 4 },

    async create(creation) {
      const { size, metadata, owner } = creation
      const creator = owner === undefined ? undefined : await creatorOf(owner)
      const response = await upstream.ask({
        ...{ method: 'POST', to: [], query: { direct_user: 'true' } },
        headers: {
          ...{ 'Tus-Resumable': '1.0.0', 'Upload-Length': String(size) },
          ...(creator !== undefined && { 'Upload-Creator': creator }),
          // What the policy says comes last, so nothing that a client says stands in its place.
          'Upload-Metadata': writeMetadata({ ...metadata, ...orders(creation) }),
        },
      })
      if (response.status !== 201) throw refused(response)
      const uid = response.headers.get('Stream-Media-Id') ?? ''
      if (!/^[\w-]{16,64}$/.test(uid))
        throw new UploadProblem('unavailable', 'The video host gave no id', { status: 502 })
      const place = upstream.place(response.headers.get('Location'))
      return { uid, place, ...(creator !== undefined && { own: { creator } }) }
    },

    async standing(record, signal) {
      const { own, uid } = record
      const original = await read(upstream, uid, signal)
      if (own['clip']) return clipped(record, original, own['clip'], signal)
      if (!original) return { state: 'failed', percent: 0, playable: false, error: 'gone' }
      const standing = standingOf(original)
      if (standing.state !== 'ready') return standing
      if (trimSeconds !== undefined && !own['untrimmed'] && (original.duration ?? 0) > trimSeconds)
        return { ...standing, state: 'processing', further: (again) => trim(record, standing, trimSeconds, again) }
      return downloadable(uid, standing)
    },

    async remove({ uid, own }: VideoRecord) {
      for (const each of [uid, own['clip']]) if (each) await drop(each)
    },

    ...(webhookSecret !== undefined && {
      async heard(request: Request, now: number) {
        const body = await readSigned(request, webhookSecret, now)
        const video = videoIn(body)
        return { uid: video.uid, standing: standingOf(video) }
      },
    }),
  }

  /** Begins to cut; the original stays what is shown until the cut one is ready. */
  async function trim(record: VideoRecord, standing: Standing, seconds: number, again: boolean): Promise<Standing> {
    const { uid } = record
    const known = again ? await findClip(record) : undefined
    if (known !== undefined) return { ...standing, state: 'processing', own: { clip: known } }
    const creator = record.own['creator']
    const json = {
      ...{ clippedFromVideoUID: uid, startTimeSeconds: 0, endTimeSeconds: seconds },
      ...(creator !== undefined && { creator }),
    }
    const response = await upstream.ask({ method: 'POST', to: ['clip'], json })
    // A range that the host does not find in the video: it is short enough.
    if (response.status === 400) return { ...(await downloadable(uid, standing)), own: { untrimmed: 'short' } }
    if (!response.ok) throw refused(response)
    const clip = answered.parse(await response.json()).result.uid
    return { ...standing, state: 'processing', own: { clip } }
  }

  /** The cut of a video that was asked for, where the answer was not heard. */
  async function findClip({ uid, own, createdAt }: VideoRecord): Promise<string | undefined> {
    const creator = own['creator']
    const query = { after: new Date(createdAt).toISOString(), ...(creator !== undefined && { creator }) }
    const response = await upstream.ask({ method: 'GET', to: [], query })
    if (!response.ok) throw refused(response)
    const videos = listed.parse(await response.json()).result
    return videos.find(({ clippedFrom }) => clippedFrom === uid)?.uid
  }

  async function clipped(
    { uid }: VideoRecord,
    original: Video | undefined,
    clip: string,
    signal: AbortSignal | undefined,
  ): Promise<Standing> {
    const cut = await read(upstream, clip, signal)
    const standing = cut && standingOf(cut)
    if (standing?.state === 'ready') {
      if (original) await drop(uid)
      return downloadable(clip, standing)
    }
    if (standing && standing.state !== 'failed')
      return { ...standing, state: 'processing', playable: original !== undefined }
    // The cut has failed, and the original is all there is.
    if (!original) return { state: 'failed', percent: 0, playable: false, error: 'clip' }
    await drop(clip)
    return { ...(await downloadable(uid, standingOf(original))), own: { clip: '', untrimmed: 'failed' } }
  }

  async function downloadable(uid: string, standing: Standing): Promise<Standing> {
    if (!download || standing.state !== 'ready') return standing
    const response = await upstream.ask({ method: 'POST', to: [uid, 'downloads'] })
    if (!response.ok) throw refused(response)
    const made = downloads.parse(await response.json()).result.default
    if (made?.status === 'error') return standing
    if (made?.status !== 'ready' || !standing.asset) return { ...standing, state: 'processing' }
    return { ...standing, asset: { ...standing.asset, download: made.url } }
  }

  async function drop(uid: string): Promise<void> {
    const response = await upstream.ask({ method: 'DELETE', to: [uid] })
    if (!response.ok && response.status !== 404 && response.status !== 410) throw refused(response)
  }
}

/** What the host may call an owner: it takes no more than 64 characters, and a header none beyond ASCII. */
async function creatorOf(owner: string): Promise<string> {
  if (/^[\x21-\x7e]{1,64}$/.test(owner)) return owner
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(owner))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function videoIn(body: string): Video {
  try {
    return videoSchema.parse(JSON.parse(body))
  } catch (cause) {
    throw new UploadProblem('malformed', 'This is no video', { cause })
  }
}

async function read(upstream: Upstream, uid: string, signal?: AbortSignal): Promise<Video | undefined> {
  const response = await upstream.ask({ method: 'GET', to: [uid], signal })
  if (response.status === 404) return undefined
  if (!response.ok) throw refused(response)
  return answered.parse(await response.json()).result
}

function standingOf(video: Video): Standing {
  const { uid, status, readyToStream = false, creator, thumbnail, preview, playback, duration, size } = video
  const percent = Number(status.pctComplete ?? 0) || 0
  const addresses: Partial<Asset> = {
    hls: playback?.hls ?? undefined,
    dash: playback?.dash ?? undefined,
    thumbnail: thumbnail ?? undefined,
    preview: preview ?? undefined,
  }
  // Done is what plays in all its qualities.
  const named = states[status.state] ?? 'processing'
  const state = named === 'ready' && percent < 100 ? 'processing' : named
  const asset: Asset = {
    id: uid,
    // The host tells them of every video, also where nothing will ever be there.
    ...(state !== 'failed' && addresses),
    duration: (duration ?? -1) >= 0 ? (duration ?? undefined) : undefined,
  }
  const error = status.errorReasonCode || status.errReasonCode || 'ERR_UNKNOWN'
  return {
    ...{ state, percent, playable: readyToStream, asset },
    ...(state === 'failed' && { error }),
    ...(typeof creator === 'string' && { creator }),
    ...(typeof size === 'number' && { size }),
  }
}

function check({ accountId, apiToken, thumbnailAt, deleteAfterDays, trimSeconds }: CloudflareStreamOptions): void {
  const wrong = (name: string, expected: string, got: unknown): never => {
    throw new TypeError(`Option ${name}: expected ${expected}, got ${JSON.stringify(got)}`)
  }
  if (!/^[\w-]{1,64}$/.test(accountId)) wrong('accountId', 'the id of the account', accountId)
  if (apiToken.trim() === '') wrong('apiToken', 'a token of the account', apiToken)
  if (thumbnailAt !== undefined && !(thumbnailAt >= 0 && thumbnailAt <= 1)) wrong('thumbnailAt', '0 to 1', thumbnailAt)
  if (deleteAfterDays !== undefined && !(deleteAfterDays >= 30 && deleteAfterDays <= 1096))
    wrong('deleteAfterDays', '30 to 1096', deleteAfterDays)
  if (trimSeconds !== undefined && !(trimSeconds > 0)) wrong('trimSeconds', 'seconds above 0', trimSeconds)
}
