import { UploadError } from '../errors.ts'
import type { Session } from '../types.ts'

/**
 * The address of what a server names, at the endpoint's origin. Behind a proxy a server may give a scheme and host that lead
 * nowhere, or to somebody else (F34): only path and query are believed.
 */
export function addressAt(endpoint: string, named: string): string {
  const { pathname, search } = URL.canParse(named, endpoint) ? new URL(named, endpoint) : new URL(endpoint)
  // Set, not parsed: a path that begins with two slashes would be read as a host.
  return Object.assign(new URL(endpoint), { pathname, search }).href
}

/** The address that a session knows its upload by. */
export function urlOf({ url }: Session): string {
  if (typeof url === 'string') return url
  throw new UploadError('gone', 'Cannot go on: the session has no address')
}
