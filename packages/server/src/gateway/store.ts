import type { VideoRecord, VideoState } from './record.ts'

/** Which records are asked for. */
export interface VideoQuery {
  /** Of this owner; `null`: of nobody in particular. Absent: of all. */
  readonly owner?: string | null
  /** In one of these states. */
  readonly states?: readonly VideoState[]
  /** That the host calls so. */
  readonly uid?: string
}

/**
 * Where the gateway keeps its records. Every method may be called at any time.
 *
 * Held to its contract by `videoStoreContract`.
 */
export interface VideoStore {
  /** Repairs what a crash left behind. Repeatable; called before anything else. */
  open(): Promise<void>
  close(): Promise<void>
  read(id: string): Promise<VideoRecord | undefined>
  /** The newest first. */
  list(query: VideoQuery): Promise<readonly VideoRecord[]>
  /**
   * Makes a record durable: a first one (`revision` 1), or one whose revision follows on that which is there. Resolves to whether it did;
   * `false`: somebody else was first.
   */
  write(record: VideoRecord): Promise<boolean>
  remove(id: string): Promise<void>
}

/** Whether a record is among those asked for. */
export const matches = (record: VideoRecord, { owner, states, uid }: VideoQuery): boolean =>
  (owner === undefined || (record.owner ?? null) === owner) &&
  (states === undefined || states.includes(record.state)) &&
  (uid === undefined || record.uid === uid || record.own['clip'] === uid)

/** The newest first; of the same moment, by their ids. */
export const newestFirst = (one: VideoRecord, other: VideoRecord): number =>
  other.createdAt - one.createdAt || (one.id < other.id ? -1 : 1)
