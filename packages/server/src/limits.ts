import type { Ledger } from './ledger.ts'
import { UploadProblem } from './problem.ts'

/**
 * What uploads may take. Of one owner, or of one address where nobody is signed in, are the first three; what is not set is
 * not limited.
 */
export interface LimitOptions {
  /** Unfinished uploads at once. */
  readonly openUploads?: number
  /** New uploads a minute. */
  readonly creationsPerMinute?: number
  /** Bytes of all uploads, announced or stored. Finished ones count as long as they are kept. */
  readonly ownerBytes?: number
  /** The same of everybody together. */
  readonly totalBytes?: number
  /**
   * What no upload may take of the disk: bytes, or below 1 a share of the whole. Only where the store knows how much is
   * free.
   */
  readonly minFree?: number
  /** Least size of a chunk, but for the last one of an upload, in bytes. */
  readonly minChunkSize?: number
  /** Chunks a minute of one upload. */
  readonly chunksPerMinute?: number
}

/** Limits made whole: what is not limited is `Infinity`, and nothing need be free or of a least size. */
export type Limits = Required<LimitOptions>

const names: Readonly<Record<keyof LimitOptions, true>> = {
  openUploads: true,
  creationsPerMinute: true,
  ownerBytes: true,
  totalBytes: true,
  minFree: true,
  minChunkSize: true,
  chunksPerMinute: true,
}

/** @throws TypeError for a limit that is unknown or no number above 0, naming it. */
export function resolveLimits(options: LimitOptions = {}): Limits {
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(names, name)) throw new TypeError(`Unknown option limits.${name}`)
    if (value !== undefined && !(typeof value === 'number' && value > 0))
      throw new TypeError(`Option limits.${name}: expected a number above 0, got ${JSON.stringify(value)}`)
  }
  const { openUploads = Infinity, creationsPerMinute = Infinity, ownerBytes = Infinity } = options
  const { totalBytes = Infinity, minFree = 0, minChunkSize = 0, chunksPerMinute = Infinity } = options
  return { openUploads, creationsPerMinute, ownerBytes, totalBytes, minFree, minChunkSize, chunksPerMinute }
}

/** What somebody wants beyond what they have. */
export interface Demand {
  readonly account: string
  /** How many sessions more. */
  readonly sessions: 0 | 1
  /** How many bytes more. */
  readonly bytes: number
  /** Bytes that the disk has for it; `Infinity` where that is not known or does not matter. */
  readonly room: number
}

/** Coming again after so many seconds may help: somebody else's upload may have ended by then. */
const retryAfter = 10

/** Why a demand cannot be met, or `undefined`. Decides only: whoever asks takes at once, before anything else can happen. */
export function refusalOf(
  { account, sessions, bytes, room }: Demand,
  { openUploads, ownerBytes, totalBytes }: Limits,
  ledger: Ledger,
): UploadProblem | undefined {
  const own = ledger.totals(account)
  if (sessions > 0 && own.open + sessions > openUploads)
    return new UploadProblem('too-many-requests', `Too many unfinished uploads: at most ${openUploads} at once`, {
      retryAfter,
    })
  if (bytes <= 0) return undefined
  if (bytes > Math.min(ownerBytes, totalBytes))
    return new UploadProblem('too-large', `All uploads together may take ${Math.min(ownerBytes, totalBytes)} bytes`)
  if (own.bytes + bytes > ownerBytes)
    return new UploadProblem('storage-full', `Your uploads together may take ${ownerBytes} bytes`)
  if (ledger.totals().bytes + bytes > totalBytes || bytes > room)
    return new UploadProblem('storage-full', 'No room is left for this upload')
  return undefined
}
