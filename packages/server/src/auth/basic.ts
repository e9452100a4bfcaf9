import type { Authenticate } from '../auth.ts'
import { UploadProblem } from '../problem.ts'
import { digestOf, sameDigest } from './secrets.ts'

const challenge = 'Basic realm="api"'

/** Password by user name, or a function that gives the owner for right credentials and `undefined` for wrong ones. */
export type Passwords =
  | Readonly<Record<string, string>>
  | ((user: string, password: string) => Promise<string | undefined> | string | undefined)

/**
 * Signs in by user name and password (RFC 7617), with the answers of Django REST framework's `BasicAuthentication`. Only
 * over TLS. Passwords given as a record are compared in a time that tells nothing of them, nor whether the user is known; a
 * function has to see to that itself, and is called for each request.
 *
 * @throws TypeError for a user name with a colon, which cannot be sent.
 * @example
 * createUploadHandler({ store, authenticate: basicAuth({ alice: 'correct horse battery staple' }) })
 */
export function basicAuth(passwords: Passwords): Authenticate {
  const check = typeof passwords === 'function' ? passwords : checkIn(passwords)
  const refuse = (detail: string): UploadProblem => new UploadProblem('unauthorized', detail, { challenge })
  const authenticate = async (request: Request): Promise<string | undefined> => {
    const [word = '', encoded, ...more] = (request.headers.get('authorization') ?? '').split(/ +/)
    if (word.toLowerCase() !== 'basic') return undefined
    if (!encoded) throw refuse('Invalid basic header. No credentials provided.')
    if (more.length > 0) throw refuse('Invalid basic header. Credentials string should not contain spaces.')
    const text = decode(encoded)
    const colon = text?.indexOf(':') ?? -1
    if (text === undefined || colon === -1) throw refuse('Invalid username/password.')
    const owner = await check(text.slice(0, colon), text.slice(colon + 1))
    if (owner === undefined) throw refuse('Invalid username/password.')
    return owner
  }
  return Object.assign(authenticate, { challenge, headers: ['authorization'] })
}

function checkIn(
  passwords: Readonly<Record<string, string>>,
): (user: string, password: string) => Promise<string | undefined> {
  const known = new Map(Object.entries(passwords))
  for (const user of known.keys())
    if (user.includes(':'))
      throw new TypeError(`Cannot sign in by password: expected a user name without ":", got "${user}"`)
  return async (user, password) => {
    const expected = known.get(user)
    // A user who is not known takes as long as one with another password.
    const right = sameDigest(await digestOf(password), await digestOf(expected ?? ''))
    return right && expected !== undefined ? user : undefined
  }
}

function decode(encoded: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(
      Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0)),
    )
  } catch {
    return undefined
  }
}
