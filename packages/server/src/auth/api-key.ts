import type { Authenticate } from '../auth.ts'
import { UploadProblem } from '../problem.ts'
import { isHeaderName } from './header-name.ts'
import { findOwner, type SecretOwners } from './secrets.ts'

/** Options of {@link apiKeyAuth}. */
export interface ApiKeyOptions {
  /** Name of the header that holds the key: `X-API-Key`. */
  readonly header?: string
  /** Name of a header that must name the key's owner too, as django-chunked-uploads asks for `username`. Default: none. */
  readonly userHeader?: string
  /**
   * Name of a query parameter that may hold the key instead. Default: none, since addresses end up in logs and histories.
   */
  readonly parameter?: string
}

const challenge = 'Api-Key'

/**
 * Signs in by a key in a header of its own. A request without one is nobody in particular.
 *
 * @param owners Who a key belongs to.
 * @throws TypeError for an option that is no name of a header.
 * @example
 * createUploadHandler({ store, authenticate: apiKeyAuth({ 'a-long-random-key': 'alice' }) })
 */
export function apiKeyAuth(
  owners: SecretOwners,
  { header = 'X-API-Key', userHeader, parameter }: ApiKeyOptions = {},
): Authenticate {
  const headers = userHeader === undefined ? [header] : [header, userHeader]
  for (const name of headers)
    if (!isHeaderName(name))
      throw new TypeError(`Cannot sign in by key: expected the name of a header, got ${JSON.stringify(name)}`)
  const find = findOwner(owners)
  const authenticate = async (request: Request): Promise<string | undefined> => {
    const key = request.headers.get(header) ?? inQuery(request, parameter)
    if (key === undefined) return undefined
    const owner = await find(key)
    const named = userHeader === undefined || request.headers.get(userHeader) === owner
    if (owner === undefined || !named) throw new UploadProblem('unauthorized', 'Invalid API key.', { challenge })
    return owner
  }
  return Object.assign(authenticate, { challenge, headers: headers.map((name) => name.toLowerCase()) })
}

function inQuery({ url }: Request, parameter: string | undefined): string | undefined {
  if (parameter === undefined) return undefined
  return new URL(url).searchParams.get(parameter) ?? undefined
}
