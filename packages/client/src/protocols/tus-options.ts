import type { Metadata } from '@chunkwise/protocol'
import { action, list, made, type Choice } from '../kinds.ts'
import type { ChunkRules, FileFacts } from '../types.ts'
import type { ChunkChecksum } from './chunk-checksum.ts'

/** What a tus server is like, as far as it does not tell. All sizes are bytes. */
export interface TusOptions {
  /** What the host demands of chunks. */
  readonly chunk?: ChunkRules
  /** Whether the creation brings the first chunk (extension `creation-with-upload`), which saves a round trip. Default `false`. */
  readonly creationWithUpload?: boolean
  /** Gives each chunk a checksum (extension `checksum`): `chunkChecksum('auto')`. Default: none. */
  readonly checksum?: ChunkChecksum
  /** Whether `PATCH` and `DELETE` go out as `POST` with `X-HTTP-Method-Override`, for networks that let nothing else through. */
  readonly methodOverride?: boolean
  /** Origins other than the endpoint's that uploads may lie at: `https://*.example.com`. They get none of the app's credentials. */
  readonly origins?: readonly string[]
  /** What a creation tells of the file. Default: `filename`, `filetype`, and the uploader's `metadata`. */
  readonly metadata?: (file: FileFacts) => Metadata
  /**
   * The address of an upload that somebody else has created: the app's own backend, called for each session. Relative to
   * the endpoint. What it throws is tried again, but for an `UploadError` that says otherwise.
   */
  readonly uploadUrl?: (file: FileFacts, signal: AbortSignal) => string | Promise<string>
}

/** What each option may be. */
export const choices: Readonly<Record<keyof TusOptions, readonly Choice[]>> = {
  chunk: [made],
  creationWithUpload: [true, false],
  checksum: [action],
  methodOverride: [true, false],
  origins: [list],
  metadata: [action],
  uploadUrl: [action],
}
