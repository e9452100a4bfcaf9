import * as z from 'zod/mini'

/** Where a video is in its life, in the order of it. */
export const videoStates = [
  'created',
  'uploading',
  'uploaded',
  'processing',
  'ready',
  'failed',
  'expired',
  'deleted',
] as const

/**
 * Where a video is in its life: `created` (nobody has sent a byte), `uploading`, `uploaded` (all bytes are with the host), `processing`,
 * `ready`; or `failed` (the host says why), `expired` (never sent whole), `deleted`. The last four are its ends.
 */
export type VideoState = (typeof videoStates)[number]

/** What a host has made of a video: addresses, and what is known of it. */
export interface Asset {
  /** What the host calls the video. */
  readonly id: string
  readonly hls?: string | undefined
  readonly dash?: string | undefined
  readonly thumbnail?: string | undefined
  /** A page that plays it. */
  readonly preview?: string | undefined
  /** Where it can be downloaded, once the host has made that file. */
  readonly download?: string | undefined
  /** Seconds. */
  readonly duration?: number | undefined
}

/** What the gateway knows of one video. JSON-safe; sizes in bytes, times in milliseconds since 1970. */
export interface VideoRecord {
  /** Ours: 128 random bits, in hex. */
  readonly id: string
  /** Counts the changes, from 1. */
  readonly revision: number
  /** Which host has it: `cloudflare-stream`, `arvan-vod`, or another one's name. */
  readonly host: string
  readonly owner?: string | undefined
  readonly state: VideoState
  /** Bytes of the file, as its creation announced. */
  readonly size: number
  /** Bytes that the host has confirmed, as far as this server was told. */
  readonly offset: number
  /** What the client told of the file, as far as the policy lets it. */
  readonly metadata: Readonly<Record<string, string>>
  /** What the host calls the upload; empty until it has said so. */
  readonly uid: string
  /** Where the host takes the bytes. Nobody's to see but, where a browser sends straight to the host, who made it. */
  readonly place: string
  /** Whatever else a host's own file keeps of it: the channel, a clip that is under way. */
  readonly own: Readonly<Record<string, string>>
  /** How much of the processing is done, in per cent. */
  readonly percent: number
  /** Whether it can be watched, if need be in one quality. */
  readonly playable: boolean
  /** Why it failed, in a word. */
  readonly error?: string | undefined
  readonly asset?: Asset | undefined
  /** Seconds that the host keeps reserved for it. */
  readonly seconds?: number | undefined
  readonly createdAt: number
  /** When it got on last. */
  readonly touchedAt: number
  /** When it is given up, if it does not get on. */
  readonly expiresAt: number
  /** When the host was asked last, and how often since it got on. */
  readonly askedAt: number
  readonly asked: number
  /**
   * Until when somebody does at the host what must be done once. One that is past is of somebody who died at it, or never heard what came
   * of it.
   */
  readonly claimedUntil?: number | undefined
}

const count = z.int().check(z.minimum(0))
const texts = z.record(z.string(), z.string())

/** A record as it is read back from where it was kept. */
export const videoRecord: z.ZodMiniType<VideoRecord> = z.object({
  id: z.string().check(z.regex(/^[0-9a-f]{32}$/)),
  revision: z.int().check(z.minimum(1)),
  host: z.string(),
  owner: z.optional(z.string()),
  state: z.enum(videoStates),
  size: count,
  offset: count,
  metadata: texts,
  uid: z.string(),
  place: z.string(),
  own: texts,
  percent: z.number(),
  playable: z.boolean(),
  error: z.optional(z.string()),
  asset: z.optional(
    z.object({
      id: z.string(),
      hls: z.optional(z.string()),
      dash: z.optional(z.string()),
      thumbnail: z.optional(z.string()),
      preview: z.optional(z.string()),
      download: z.optional(z.string()),
      duration: z.optional(z.number()),
    }),
  ),
  seconds: z.optional(z.number()),
  createdAt: count,
  touchedAt: count,
  expiresAt: count,
  askedAt: count,
  asked: count,
  claimedUntil: z.optional(count),
})

/** What ends a video's life: nothing but its deletion can follow. */
const ends: ReadonlySet<VideoState> = new Set(['ready', 'failed', 'expired', 'deleted'])

export const isOver = ({ state }: Pick<VideoRecord, 'state'>): boolean => ends.has(state)

/** Those that take from what an owner may have under way. */
export const isPending = ({ state }: Pick<VideoRecord, 'state'>): boolean =>
  state === 'created' || state === 'uploading'

const order: Readonly<Record<VideoState, number>> = {
  created: 0,
  uploading: 1,
  uploaded: 2,
  processing: 3,
  ready: 4,
  failed: 4,
  expired: 4,
  deleted: 5,
}

/**
 * The state after what somebody has told of it, who may be late or tell it twice: it never moves back, and an end stays.
 *
 * @example
 * later('ready', 'processing') // 'ready'
 */
export const later = (known: VideoState, told: VideoState): VideoState => (order[told] > order[known] ? told : known)
