import type { VideoRecord } from './record.ts'

/** What somebody wants to do with a video. */
export type VideoAction = 'create' | 'read' | 'append' | 'finalize' | 'remove'

/** What a host is asked to begin, before it is asked: what the app returns goes before what the client said. */
export interface BeforeCreate {
  readonly request: Request
  readonly owner: string | undefined
  /** Bytes. */
  readonly size: number
  readonly metadata: Readonly<Record<string, string>>
}

/** What the app has to say of a creation; each is optional. */
export interface CreateWish {
  readonly title?: string
  /** Seconds to reserve, at most those of the policy. */
  readonly maxSeconds?: number
}

/** What the app has its say in. All may be asynchronous; an `UploadProblem` that one throws is the answer. */
export interface GatewayHooks {
  /** Whether this request may do this, beside the rule that everybody has their own videos only. `record`: none for a creation. */
  readonly authorize?: (request: Request, action: VideoAction, record: VideoRecord | undefined) => Promise<void> | void
  readonly beforeCreate?: (creation: BeforeCreate) => Promise<CreateWish | undefined> | CreateWish | undefined
  readonly afterCreate?: (record: VideoRecord) => Promise<void> | void
  /** All bytes are with the host. */
  readonly onUploaded?: (record: VideoRecord) => Promise<void> | void
  readonly beforeFinalize?: (record: VideoRecord, request: Request) => Promise<void> | void
  readonly onReady?: (record: VideoRecord) => Promise<void> | void
  readonly onFailed?: (record: VideoRecord) => Promise<void> | void
  readonly onDeleted?: (record: VideoRecord) => Promise<void> | void
}
