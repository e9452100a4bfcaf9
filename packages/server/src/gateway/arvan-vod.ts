import { writeMetadata } from '@chunkwise/protocol'
import * as z from 'zod/mini'
import { UploadProblem } from '../problem.ts'
import type { Creation, VideoHost } from './host.ts'
import type { GatewayOptions } from './options.ts'
import type { Asset, VideoRecord } from './record.ts'
import { tusGateway, type Gateway } from './tus-gateway.ts'
import { tusHost } from './tus-host.ts'
import { createUpstream, refused } from './upstream.ts'

/** Where a watermark is put (VOD 2.0, `watermark_area`). */
export type WatermarkArea =
  | 'CENTER'
  | 'FIX_TOP_LEFT'
  | 'FIX_TOP_RIGHT'
  | 'FIX_TOP_CENTER'
  | 'FIX_BOTTOM_LEFT'
  | 'FIX_BOTTOM_RIGHT'
  | 'FIX_BOTTOM_CENTER'
  | 'ANIMATE_LEFT_TO_RIGHT'
  | 'ANIMATE_TOP_TO_BOTTOM'

/** Options of {@link arvanVod}. */
export interface ArvanVodOptions extends GatewayOptions {
  /** The account's key: a UUID, with or without the word `Apikey` before it. */
  readonly apiKey: string
  /** The channel that files go to, or a function of the request that says which. */
  readonly channelId: string | ((request: Request) => Promise<string> | string)
  /** How videos are converted: `auto`, or by a profile of the account. */
  readonly convert?: { readonly mode: 'auto' } | { readonly mode: 'profile'; readonly profileId: string }
  /** Where in the video its picture is taken, in seconds. */
  readonly thumbnailTime?: number
  readonly watermark?: { readonly id: string; readonly area: WatermarkArea }
  /** Where the host's API is: `https://napi.arvancloud.ir/vod/2.0`. */
  readonly api?: string
  /** How long the host may take for an answer, in milliseconds: 15 000. */
  readonly timeoutMs?: number
  /** How the host is asked. Default: the platform's; and Node's own http for chunks that came by `nodeListener`. */
  readonly fetch?: typeof fetch
}

const video = z.object({
  data: z.object({
    id: z.string(),
    play_ready: z.optional(z.nullable(z.boolean())),
    completed_at: z.optional(z.nullable(z.string())),
    hls_playlist: z.optional(z.nullable(z.string())),
    thumbnail_url: z.optional(z.nullable(z.string())),
    file_info: z.optional(z.unknown()),
  }),
})

const listed = z.object({
  data: z.array(z.object({ id: z.string(), description: z.optional(z.nullable(z.string())) })),
})

/**
 * A gateway to ArvanCloud VOD. The host wants the account's key with every request, so the bytes go through this server: streamed, not
 * collected. The finish makes the video.
 *
 * @throws TypeError for an option that is wrong, naming it.
 * @example
 * const gateway = arvanVod({ apiKey: process.env.ARVAN_API_KEY ?? '', channelId: 'my-channel', authenticate })
 * createServer(nodeListener(gateway)).listen(8080)
 */
export function arvanVod(options: ArvanVodOptions): Gateway {
  return tusGateway(arvanHost(options), options)
}

/** The host alone, for a gateway of one's own. */
export function arvanHost(options: ArvanVodOptions): VideoHost {
  const { apiKey, channelId, convert = { mode: 'auto' }, thumbnailTime, watermark } = options
  const { api = 'https://napi.arvancloud.ir/vod/2.0', timeoutMs, fetch } = options
  if (apiKey.trim() === '') throw new TypeError('Option apiKey: expected the key of the account, got ""')
  if (typeof channelId === 'string') checkChannel(channelId, (text) => new TypeError(`Option channelId: ${text}`))
  const base = new URL(api)
  const upstream = createUpstream({
    ...{ base: api, authorization: /^Apikey /i.test(apiKey) ? apiKey : `Apikey ${apiKey}` },
    ...{ origins: [base.origin], prefix: `${base.pathname.replace(/\/+$/, '')}/channels/` },
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(fetch && { fetch }),
  })

  async function channelOf(request: Request): Promise<string> {
    if (typeof channelId === 'string') return channelId
    return checkChannel(await channelId(request), (text) => new UploadProblem('malformed', `Channel: ${text}`))
  }

  /** The video that was made of an upload, where the answer was not heard: our id is its description. */
  async function findVideo({ id, own }: VideoRecord): Promise<string | undefined> {
    const query = { filter: own['title'] ?? '', per_page: '1000' }
    const response = await upstream.ask({ method: 'GET', to: ['channels', own['channel'] ?? '', 'videos'], query })
    if (!response.ok) throw refused(response)
    const videos = listed.parse(await response.json()).data
    return videos.find(({ description }) => description === id)?.id
  }

  return {
    name: 'arvan-vod',
    way: 'proxied',
    chunk: {},
    ...tusHost(upstream),

    check({ metadata }: Creation) {
      for (const name of ['filename', 'filetype'])
        if (!metadata[name]) throw new UploadProblem('malformed', `Metadata ${name}: the video host wants it`)
    },

    async create({ size, metadata, request }) {
      const channel = await channelOf(request)
      const { filename = '', filetype = '' } = metadata
      const response = await upstream.ask({
        ...{ method: 'POST', to: ['channels', channel, 'files'] },
        headers: {
          'Tus-Resumable': '1.0.0',
          'Upload-Length': String(size),
          'Upload-Metadata': writeMetadata({ filename, filetype }),
        },
      })
      if (response.status !== 201) throw refused(response)
      const place = upstream.place(response.headers.get('Location'))
      const uid = place.split('/').at(-1) ?? ''
      return { uid, place, own: { channel } }
    },

    async finalize(record, again) {
      const { id, uid, own } = record
      const known = again ? await findVideo(record) : undefined
      if (known !== undefined) return { own: { video: known } }
      const response = await upstream.ask({
        ...{ method: 'POST', to: ['channels', own['channel'] ?? '', 'videos'] },
        json: {
          ...{ title: own['title'], description: id, file_id: uid, convert_mode: convert.mode },
          ...(convert.mode === 'profile' && { profile_id: convert.profileId }),
          ...(thumbnailTime !== undefined && { thumbnail_time: thumbnailTime }),
          ...(watermark && { watermark_id: watermark.id, watermark_area: watermark.area }),
        },
      })
      if (response.status !== 201) throw refused(response)
      return { own: { video: video.parse(await response.json()).data.id } }
    },

    async standing(record, signal) {
      const id = record.own['video']
      if (id === undefined) return { state: record.state, percent: 0, playable: false }
      const response = await upstream.ask({ method: 'GET', to: ['videos', id], signal })
      if (response.status === 404) return { state: 'failed', percent: 0, playable: false, error: 'gone' }
      if (!response.ok) throw refused(response)
      const { data } = video.parse(await response.json())
      const done = typeof data.completed_at === 'string'
      const asset: Asset = { id, hls: data.hls_playlist ?? undefined, thumbnail: data.thumbnail_url ?? undefined }
      const playable = data.play_ready === true || done
      return { state: done ? 'ready' : 'processing', percent: done ? 100 : playable ? 50 : 0, playable, asset }
    },

    async remove({ uid, own }: VideoRecord) {
      const to = own['video'] === undefined ? ['files', uid] : ['videos', own['video']]
      const response = await upstream.ask({ method: 'DELETE', to })
      if (!response.ok && response.status !== 404 && response.status !== 410) throw refused(response)
    },
  }
}

function checkChannel(channel: string, wrong: (text: string) => Error): string {
  if (/^[\w-]{1,64}$/.test(channel)) return channel
  throw wrong(`expected letters, digits, "_" and "-", got ${JSON.stringify(channel)}`)
}
