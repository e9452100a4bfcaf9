import { given, readCount, readRate, readShare, readSize } from './command-values.ts'
import type { LimitOptions } from './limits.ts'

/** Flags of what uploads and clients may take. */
export const limitFlags = {
  'open-uploads': { type: 'string', default: '10000' },
  'uploads-per-minute': { type: 'string' },
  'owner-bytes': { type: 'string' },
  'total-bytes': { type: 'string' },
  'min-free': { type: 'string', default: '1%' },
  'min-chunk': { type: 'string' },
  'chunks-per-minute': { type: 'string' },
  'min-rate': { type: 'string', default: '1kB' },
  connections: { type: 'string' },
} as const

/** What the command line says of limits. */
export interface CommandLimits {
  readonly limits: LimitOptions
  /** Bytes a second; 0 for none. */
  readonly minRate: number
  /** Connections of one address; `Infinity` for any number. */
  readonly connections: number
}

/** So many are far more than a browser opens, and far less than a process has. */
const usualConnections = 512

/**
 * @param trustProxy Whether all requests come from one address, the proxy's: then its connections are not counted unless
 *   that is asked for.
 * @throws UsageError
 */
export function readLimits(
  values: { readonly [Name in keyof typeof limitFlags]?: string | undefined },
  trustProxy: boolean,
): CommandLimits {
  const all = {
    openUploads: given('--open-uploads', values['open-uploads'], readCount),
    creationsPerMinute: given('--uploads-per-minute', values['uploads-per-minute'], readCount),
    ownerBytes: given('--owner-bytes', values['owner-bytes'], readSize),
    totalBytes: given('--total-bytes', values['total-bytes'], readSize),
    minFree: given('--min-free', values['min-free'], readShare),
    minChunkSize: given('--min-chunk', values['min-chunk'], readSize),
    chunksPerMinute: given('--chunks-per-minute', values['chunks-per-minute'], readCount),
  }
  return {
    limits: Object.fromEntries(Object.entries(all).filter(([, limit]) => limit)),
    minRate: given('--min-rate', values['min-rate'], readRate) ?? 0,
    connections: given('--connections', values.connections, readCount) ?? (trustProxy ? Infinity : usualConnections),
  }
}
