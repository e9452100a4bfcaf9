import type { Overview, Totals } from './ledger.ts'
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

/** What a disk has for uploads, at the time it was measured. */
export interface Measured {
  /** Bytes beyond what was promised and what must stay free. */
  readonly spare: number
  /** Bytes that had ever been promised by then. */
  readonly promised: number
}

/** What a session wants beyond what it has. */
export interface Demand {
  /** Whether it has nothing yet. */
  readonly fresh: boolean
  /** How many bytes more. */
  readonly bytes: number
  /** What the disk has for it; absent where that is not known or does not matter. */
  readonly space: Measured | undefined
}

/** What is in a demand's way: too many unfinished uploads, no room ever, none for this account, or none for anybody. */
export type Refusal = 'open' | 'never' | 'own' | 'all'

/** Why a demand cannot be met, or `undefined`. Decides only: whoever asks takes at once, before anything else can happen. */
export function refusalOf(
  { fresh, bytes, space }: Demand,
  { openUploads, ownerBytes, totalBytes }: Limits,
  own: Totals,
  all: Totals & Pick<Overview, 'promised'>,
): Refusal | undefined {
  if (fresh && own.open + 1 > openUploads) return 'open'
  if (bytes <= 0) return undefined
  if (bytes > Math.min(ownerBytes, totalBytes)) return 'never'
  if (own.bytes + bytes > ownerBytes) return 'own'
  // What was promised since is no longer there.
  const room = space ? space.spare - (all.promised - space.promised) : Infinity
  return all.bytes + bytes > totalBytes || bytes > room ? 'all' : undefined
}

/** Coming again after so many seconds may help: somebody else's upload may have ended by then. */
const retryAfter = 10

/** A refusal, as it is told. */
export function refused(refusal: Refusal, { openUploads, ownerBytes, totalBytes }: Limits): UploadProblem {
  if (refusal === 'open')
    return new UploadProblem('too-many-requests', `Too many unfinished uploads: at most ${openUploads} at once`, {
      retryAfter,
    })
  if (refusal === 'never')
    return new UploadProblem('too-large', `All uploads together may take ${Math.min(ownerBytes, totalBytes)} bytes`)
  if (refusal === 'own') return new UploadProblem('storage-full', `Your uploads together may take ${ownerBytes} bytes`)
  return new UploadProblem('storage-full', 'No room is left for this upload')
}
