import { UploadError, type ErrorCode } from '../errors.ts'
import { retryAfterOf } from '../retry.ts'
import type { Clock, Reply } from '../types.ts'

// What the statuses mean to an upload, whatever the protocol; what is not here is final (F12, F18, F19).
const meaning: { readonly [status: number]: ErrorCode } = {
  401: 'unauthorized',
  404: 'gone',
  408: 'timeout',
  410: 'gone',
  413: 'too-large',
  416: 'malformed',
  423: 'locked',
  425: 'throttled',
  429: 'throttled',
  500: 'server',
  502: 'server',
  503: 'server',
  504: 'server',
  511: 'blocked',
}

/** The error that a refusal amounts to. `action` names what was tried: "append at offset 10". */
export function failureOf(reply: Reply, action: string, text: string, clock: Clock, code?: ErrorCode): UploadError {
  const { status } = reply
  const said = text ? `: ${text}` : ''
  return new UploadError(
    code ?? meaning[status] ?? 'rejected',
    `Cannot ${action}: the server answered ${status}${said}`,
    {
      status,
      retryAfterMs: retryAfterOf(reply, clock),
    },
  )
}

/** The JSON of an answer, or `undefined` if it is none. */
export function jsonOf(reply: Reply): unknown {
  try {
    return JSON.parse(reply.text)
  } catch {
    return undefined
  }
}
