import type { ProblemCode } from '@chunkwise/protocol'
import type { SessionStatus } from './record.ts'

/** What happens in a server, for logs and metrics. Holds no secret, but in `details`. */
export type ServerEvent = RequestEvent | SessionEvent

/** A request was answered; a download is when its answer begins. */
export interface RequestEvent {
  readonly kind: 'request'
  /** What the answer's `X-Request-Id` says. */
  readonly requestId: string
  readonly method: string
  /** `drf`, `tus`, `ietf` or `download`, as far as the head of the request tells. */
  readonly dialect?: string
  /** Beginning of the upload's id. The rest is a secret: who knows all of it may touch the upload where nobody signs in. */
  readonly upload?: string
  /** As `authenticate` said. */
  readonly owner?: string
  readonly status: number
  /** What was wrong. */
  readonly code?: ProblemCode
  readonly durationMs: number
  /** Bytes of the body that were received; where the platform does not tell, as many as were announced. */
  readonly received: number
  readonly details: { readonly path: string; readonly address?: string }
}

/** A session began (`created`), was finished or given up, or was dropped (`ended`). */
export interface SessionEvent {
  readonly kind: 'session'
  readonly event: 'created' | 'completed' | 'failed' | 'ended'
  readonly upload: string
  readonly owner?: string
  /** Bytes that are stored, and of the whole. */
  readonly offset: number
  readonly size?: number
  readonly details: { readonly id: string; readonly filename: string; readonly address?: string }
}

/** Is told of each event, at once and without waiting. */
export type Observe = (event: ServerEvent) => void

/** So much of an id may be seen: it leaves 90 random bits to guess. */
export const prefixOf = (id: string): string => id.slice(0, 8)

const events: Readonly<Record<SessionStatus, SessionEvent['event'] | undefined>> = {
  uploading: 'created',
  verifying: undefined,
  complete: 'completed',
  failed: 'failed',
  expired: 'ended',
}

/** What a new status is called, where that is anybody's business. */
export const eventOf = (status: SessionStatus): SessionEvent['event'] | undefined => events[status]
