import type { Connection } from './dialect.ts'
import { announcedLength } from './dialects/raw-body.ts'
import { eventOf, prefixOf, type Observe, type RequestEvent, type SessionEvent } from './events.ts'
import { problemIn } from './problem.ts'
import type { SessionRecord } from './record.ts'

/** What is known of a request by the time it is answered. */
export interface Answered {
  readonly request: Request
  readonly response: Response
  readonly connection: Connection
  readonly requestId: string
  readonly dialect: string | undefined
  readonly owner: string | undefined
  readonly durationMs: number
}

const uuid = /\/([0-9a-f]{8})-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}(?:\/|$)/i

/** What is told of a request. */
export function requestEvent(answered: Answered): RequestEvent {
  const { request, response, connection, requestId, dialect, owner, durationMs } = answered
  const { pathname } = new URL(request.url)
  const upload = uuid.exec(pathname)?.[1]
  const code = problemIn(response)
  const { address } = connection
  return {
    kind: 'request',
    requestId,
    method: request.method,
    status: response.status,
    durationMs: Math.round(durationMs * 10) / 10,
    received: connection.received?.() ?? announcedLength(request),
    ...(dialect === undefined ? {} : { dialect }),
    ...(upload === undefined ? {} : { upload }),
    ...(owner === undefined ? {} : { owner }),
    ...(code === undefined ? {} : { code }),
    details: { path: pathname, ...(address === undefined ? {} : { address }) },
  }
}

/** What is told of a session that has changed its status; `undefined` for what is nobody's business. */
export function sessionEvent(record: SessionRecord): SessionEvent | undefined {
  const event = eventOf(record.status)
  if (event === undefined) return undefined
  const { id, owner, offset, size, filename, address } = record
  return {
    kind: 'session',
    event,
    upload: prefixOf(id),
    offset,
    ...(owner === undefined ? {} : { owner }),
    ...(size === undefined ? {} : { size }),
    details: { id, filename, ...(address === undefined ? {} : { address }) },
  }
}

/** An observer that throws is a fault of its own, and no request's. */
export function safely(observe: Observe, onError: (error: unknown) => void): Observe {
  return (event) => {
    try {
      observe(event)
    } catch (error) {
      onError(error)
    }
  }
}
