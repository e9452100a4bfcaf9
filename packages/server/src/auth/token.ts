import type { Authenticate } from '../auth.ts'
import { UploadProblem } from '../problem.ts'

/** Owner by token, or a function that looks it up; `undefined` for a token that is not (or no longer) known. */
export type TokenOwners =
  | Readonly<Record<string, string>>
  | ((token: string) => Promise<string | undefined> | string | undefined)

/**
 * Signs in by `Authorization: Token …`, with the answers of Django REST framework's `TokenAuthentication`. Another scheme
 * is nobody in particular.
 *
 * @param owners Who a token belongs to.
 * @param scheme The word before the token; compared without regard to case.
 * @example
 * createUploadHandler({ store, authenticate: tokenAuth({ 'a-long-random-token': 'alice' }) })
 */
export function tokenAuth(owners: TokenOwners, scheme = 'Token'): Authenticate {
  const known = typeof owners === 'function' ? undefined : new Map(Object.entries(owners))
  const find = typeof owners === 'function' ? owners : (token: string) => known?.get(token)
  const refuse = (detail: string): UploadProblem => new UploadProblem('unauthorized', detail, { challenge: scheme })
  const authenticate = async (request: Request): Promise<string | undefined> => {
    const [word = '', token, ...more] = (request.headers.get('authorization') ?? '').split(/ +/)
    if (word.toLowerCase() !== scheme.toLowerCase()) return undefined
    if (!token) throw refuse('Invalid token header. No credentials provided.')
    if (more.length > 0) throw refuse('Invalid token header. Token string should not contain spaces.')
    const owner = await find(token)
    if (owner === undefined) throw refuse('Invalid token.')
    return owner
  }
  return Object.assign(authenticate, { challenge: scheme })
}
