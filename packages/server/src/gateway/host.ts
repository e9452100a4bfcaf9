import type { Asset, VideoRecord, VideoState } from './record.ts'

/** What a host wants of chunks. Bytes. The last chunk of a file may be smaller. */
export interface ChunkRules {
  readonly min?: number
  readonly max?: number
  readonly multipleOf?: number
}

/** What a host is asked to begin. */
export interface Creation {
  /** Bytes. */
  readonly size: number
  /** As the policy has let it pass. */
  readonly metadata: Readonly<Record<string, string>>
  readonly owner: string | undefined
  readonly title: string
  /** When the upload is to be whole, in milliseconds since 1970. */
  readonly expiresAt: number
  /** Seconds to reserve. */
  readonly seconds: number | undefined
  readonly request: Request
}

/** What a host has begun. */
export interface Begun {
  /** What it calls the upload. */
  readonly uid: string
  /** Where it takes the bytes, as the upstream has let it pass. */
  readonly place: string
  readonly own?: Readonly<Record<string, string>>
}

/** How a video stands, as its host says. */
export interface Standing {
  readonly state: VideoState
  readonly percent: number
  readonly playable: boolean
  readonly error?: string | undefined
  readonly asset?: Asset | undefined
  /** Whom the host says that it belongs to, where it does: as `own.creator` of the record has it. */
  readonly creator?: string | undefined
  readonly size?: number | undefined
  readonly own?: Readonly<Record<string, string>>
  /**
   * What has to be done at the host before this is so, and once: the answer is how it stands then.
   *
   * @param again whether it may have been done already, so that the host is asked for that first
   */
  readonly further?: (again: boolean) => Promise<Standing>
}

/** A host of videos: all that is its own, as one file beside this one. Held to `gatewayContract`. */
export interface VideoHost {
  readonly name: string
  /** `direct`: a browser sends straight to the host. `proxied`: through the gateway, since the host wants its secret each time. */
  readonly way: 'direct' | 'proxied'
  readonly chunk: ChunkRules
  /** Metadata that a creation must have, and what they mean to the host. Throws `malformed`. */
  check?(creation: Creation): void
  create(creation: Creation): Promise<Begun>
  /** Where the bytes stand; throws `gone`. Only where they go through the gateway. */
  offset?(record: VideoRecord, signal?: AbortSignal): Promise<number>
  /** Passes a chunk on, and tells where the bytes stand then. */
  append?(record: VideoRecord, chunk: PassedChunk): Promise<number>
  /**
   * Makes a video of bytes that are there, where the host does not do so by itself. Called once per record that it has succeeded for.
   *
   * @param again whether there may be one already, whose answer nobody has heard
   */
  finalize?(record: VideoRecord, again: boolean): Promise<Pick<VideoRecord, 'own'>>
  /** Asks how it stands; what is to be done about it is `further`. */
  standing(record: VideoRecord, signal?: AbortSignal): Promise<Standing>
  /** Drops the upload or the video; what is not there is dropped. */
  remove(record: VideoRecord): Promise<void>
  /** What the host tells by itself. Throws `unauthorized` for what is not its own. */
  heard?(request: Request, now: number): Promise<{ readonly uid: string; readonly standing: Standing }>
}

/** A chunk on its way through. */
export interface PassedChunk {
  readonly offset: number
  readonly length: number
  readonly stream: ReadableStream<Uint8Array>
  readonly signal: AbortSignal
}
