import { cannot, type Answer } from './answer.ts'
import { addressAt } from './address.ts'

/** A header that is a number of bytes; `undefined` if it is not there, or is something else. */
export function countIn({ header }: Answer, name: string): number | undefined {
  const text = header(name) ?? ''
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

/**
 * The error of a header that must be there and cannot be read: `malformed` if it was `surely` the server that answered, else
 * `blocked`, since a portal may have answered in its place. Across origins a server must also let it be read (F22).
 */
export const unreadable = ({ action, status, header }: Answer, name: string, surely: boolean): Error =>
  cannot(
    surely ? 'malformed' : 'blocked',
    action,
    `no ${name} to be read in the answer ${status} (${header(name) ?? 'is it in Access-Control-Expose-Headers?'})`,
  )

/**
 * The address of the upload that a creation has made: from `Location`, relative or absolute (RFC 9110 section 10.2.2). Another
 * origin is believed only if it was named beforehand (F34); the endpoint's own host under another scheme or port is what a
 * server behind a proxy takes itself for, and is the endpoint's.
 *
 * @throws UploadError `rejected` for any other origin; as `unreadable` if there is no `Location`.
 */
export function locationIn(answer: Answer, endpoint: string, origins: readonly string[], surely: boolean): string {
  const named = answer.header('Location')
  if (named === undefined || !URL.canParse(named, answer.url)) throw unreadable(answer, 'Location', surely)
  const { href, origin, host, hostname } = new URL(named, answer.url)
  const home = new URL(endpoint)
  if (host && [home.origin, ...origins].some((allowed) => covers(allowed, origin))) return href
  if (hostname === home.hostname) return addressAt(endpoint, href)
  throw cannot('rejected', answer.action, `it is to go to ${href}, and "origins" does not name that`)
}

/** Whether an origin is the one that is allowed, or one below it: `https://*.example.com`. */
function covers(allowed: string, origin: string): boolean {
  const [scheme = '', domain] = allowed.split('*')
  return domain === undefined ? allowed === origin : origin.startsWith(scheme) && origin.endsWith(domain)
}
