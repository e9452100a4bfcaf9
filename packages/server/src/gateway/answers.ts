import { headersOf } from '../dialects/wire.ts'
import { noteProblem, problemIn } from '../problem.ts'
import type { VideoRecord } from './record.ts'

/** A record as its owner may see it: nothing of how the host is reached. */
export function shown(record: VideoRecord): Record<string, unknown> {
  const { id, state, size, offset, metadata, percent, playable, error, asset, createdAt } = record
  return {
    id,
    state,
    size,
    offset,
    metadata,
    percent,
    playable,
    error,
    asset,
    created: new Date(createdAt).toISOString(),
  }
}

/** The value of `Upload-Expires`. */
export const expires = ({ expiresAt }: VideoRecord): string => new Date(expiresAt).toUTCString()

/** An answer without a body. */
export const told = (status: number, headers: Readonly<Record<string, string | undefined>>): Response =>
  new Response(null, { status, headers: headersOf(headers) })

/** An address that was minted is a capability: nothing on the way keeps an answer. */
export function quiet(response: Response): Response {
  const headers = new Headers(response.headers)
  headers.set('Cache-Control', 'no-store')
  headers.set('X-Content-Type-Options', 'nosniff')
  headers.set('Referrer-Policy', 'no-referrer')
  const same = new Response(response.body, { status: response.status, headers })
  const code = problemIn(response)
  return code ? noteProblem(same, code) : same
}
