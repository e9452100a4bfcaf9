import * as z from 'zod/mini'

/**
 * Where a session is in its life. It leaves `uploading` once: by `verifying` (checksum agreed, being published and handed
 * to the host) to `complete`; to `failed` when its bytes are lost; to `expired` when a sweep dropped its bytes and kept
 * the record.
 */
export type SessionStatus = 'uploading' | 'verifying' | 'complete' | 'failed' | 'expired'

/** The checksums the server can keep. */
export type ChecksumAlgorithm = 'md5' | 'sha256'

/** What the server knows of one upload. JSON-safe; sizes and offsets in bytes, times in milliseconds since 1970. */
export interface SessionRecord {
  /** UUIDv4, lower case with dashes. */
  readonly id: string
  /** Counts the changes, from 1: a store refuses a change that is not made on the newest one. */
  readonly revision: number
  /** The hold on its lock under which this was written, where several nodes share one store. */
  readonly fence?: string | undefined
  /** Who may touch it, as `authenticate` said; absent for a session that was started by nobody in particular. */
  readonly owner?: string | undefined
  /** Where it came from, if it is nobody's in particular and there are limits that it counts for. */
  readonly address?: string | undefined
  /** What the client called its creation, so that a creation is repeatable. */
  readonly key?: string | undefined
  /** As the client named it: data, never part of a path. */
  readonly filename: string
  /** What the client told besides: own fields of the protocol or of the host. */
  readonly metadata: Readonly<Record<string, string>>
  /** Bytes of the whole file; absent until a request has told. */
  readonly size?: number | undefined
  /** Durable bytes. */
  readonly offset: number
  /** Start of the chunk whose beginning was kept when its request was cut off; absent otherwise. */
  readonly kept?: number | undefined
  readonly status: SessionStatus
  readonly createdAt: number
  /** When a byte became durable last: the lifetime counts from here. */
  readonly touchedAt: number
  readonly completedAt?: number | undefined
  /** The checksum that the finish will ask for, so that a store may keep it along. */
  readonly expects?: ChecksumAlgorithm | undefined
  /** What the bytes were proven to be at the finish. */
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined
  /** A part of a later upload: it is never completed by itself, and ends like any unfinished one. */
  readonly part?: boolean | undefined
  /**
   * The dialect that completed it without a checksum of the client's; absent once one was compared. A finish that
   * brings a checksum is still welcome then.
   */
  readonly completedBy?: string | undefined
  /** What only tus asks for: two headers of the creation as they came, to be told again. */
  readonly tus?: { readonly metadata?: string | undefined; readonly concat?: string | undefined } | undefined
  /** What only the IETF draft asks for: the digests that the whole must have, lower-case hex by the names of RFC 9530. */
  readonly ietf?: { readonly digests: Readonly<Record<string, string>> } | undefined
  /** Where its bytes lie, as a path inside the store: while partial, and once complete. */
  readonly partial: string
  readonly complete: string
}

const count = z.int().check(z.minimum(0))
const segment = String.raw`[\p{L}\p{N}_-][\p{L}\p{M}\p{N}._ ()+,@=-]*`
// A stored path is read back from a file that others might have edited: it must not lead out of the folder.
const path = z.string().check(z.regex(new RegExp(`^(?:${segment}/)*${segment}$`, 'u')))

/** Schema of {@link SessionRecord}, for records that come back from where they were kept. */
export const sessionRecord: z.ZodMiniType<SessionRecord> = z.object({
  id: z.string().check(z.regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)),
  revision: count,
  fence: z.optional(z.string()),
  owner: z.optional(z.string()),
  address: z.optional(z.string()),
  key: z.optional(z.string()),
  filename: z.string(),
  metadata: z.record(z.string(), z.string()),
  size: z.optional(count),
  offset: count,
  kept: z.optional(count),
  status: z.enum(['uploading', 'verifying', 'complete', 'failed', 'expired']),
  createdAt: z.number(),
  touchedAt: z.number(),
  completedAt: z.optional(z.number()),
  expects: z.optional(z.enum(['md5', 'sha256'])),
  checksum: z.optional(z.object({ algorithm: z.enum(['md5', 'sha256']), value: z.string() })),
  part: z.optional(z.boolean()),
  completedBy: z.optional(z.string()),
  tus: z.optional(z.object({ metadata: z.optional(z.string()), concat: z.optional(z.string()) })),
  ietf: z.optional(z.object({ digests: z.record(z.string(), z.string()) })),
  partial: path,
  complete: path,
})
