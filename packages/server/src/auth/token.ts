import type { Authenticate } from '../auth.ts'
import { UploadProblem } from '../problem.ts'
import { findOwner, type SecretOwners } from './secrets.ts'

/**
 * Signs in by `Authorization: Token …`, with the answers of Django REST framework's `TokenAuthentication`. Another scheme
 * is nobody in particular.
 *
 * @param owners Who a token belongs to.
 * @param scheme The word before the token; compared without regard to case.
 * @example
 * createUploadHandler({ store, authenticate: tokenAuth({ 'a-long-random-token': 'alice' }) })
 */
export function tokenAuth(owners: SecretOwners, scheme = 'Token'): Authenticate {
  const find = findOwner(owners)
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
  return Object.assign(authenticate, { challenge: scheme, headers: ['authorization'] })
}
