import type { Authenticate } from '../auth.ts'
import { UploadProblem } from '../problem.ts'

const challenge = 'Basic realm="api"'

/**
 * Signs in by user name and password (RFC 7617), with the answers of Django REST framework's `BasicAuthentication`. Only
 * over TLS.
 *
 * @param check Gives the owner for right credentials, `undefined` for wrong ones.
 */
export function basicAuth(
  check: (user: string, password: string) => Promise<string | undefined> | string | undefined,
): Authenticate {
  const refuse = (): UploadProblem => new UploadProblem('unauthorized', 'Invalid username/password.', { challenge })
  const authenticate = async (request: Request): Promise<string | undefined> => {
    const [word = '', encoded = ''] = (request.headers.get('authorization') ?? '').split(/ +/)
    if (word.toLowerCase() !== 'basic') return undefined
    const text = decode(encoded)
    const colon = text?.indexOf(':') ?? -1
    if (text === undefined || colon === -1) throw refuse()
    const owner = await check(text.slice(0, colon), text.slice(colon + 1))
    if (owner === undefined) throw refuse()
    return owner
  }
  return Object.assign(authenticate, { challenge })
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
