import type { Authenticate } from '../auth.ts'
import type { CorsOptions } from '../cors.ts'
import type { GatewayHooks } from './hooks.ts'
import type { GatewayPolicy } from './policy.ts'
import type { VideoStore } from './store.ts'

/** What every gateway may be told. */
export interface GatewayOptions {
  /** Path of the videos: `/api/videos/`. */
  readonly path?: string
  /** Who asks. Without it everybody who knows an id may touch the video. */
  readonly authenticate?: Authenticate
  /** Where records are kept: `diskVideos({ dir })`. Default: in memory, for tests. */
  readonly videos?: VideoStore
  readonly policy?: GatewayPolicy
  readonly hooks?: GatewayHooks
  /** Which pages of other origins may use the gateway: none. */
  readonly cors?: CorsOptions
  /** Scheme and host in `Location`, `https://app.example`; absent: those of the request. */
  readonly origin?: string
  /** Told of errors that nobody foresaw, and of hooks that fail. Default: `console.error`. */
  readonly onError?: (error: unknown) => void
  /** Whether hosts are asked after videos, and expired ones dropped, by a timer while the gateway is open. Default: yes. */
  readonly follow?: boolean
  /** The clock, in milliseconds since 1970. */
  readonly now?: () => number
}
