import { isProblem, UploadProblem } from './problem.ts'

/**
 * Finds out who asks: the owner's name, or `undefined` for nobody in particular. Throws an `UploadProblem`
 * (`unauthorized`, `forbidden`) for credentials that are wrong, and `unavailable` when it cannot be found out now.
 */
export interface Authenticate {
  (request: Request): Promise<string | undefined> | string | undefined
  /** The way to sign in, for `WWW-Authenticate`; without it a refusal is 403 instead of 401. */
  readonly challenge?: string
  /** Request headers that it reads, so that `cors` lets pages of other origins send them. */
  readonly headers?: readonly string[]
}

/**
 * Asks several ways of signing in, one after the other; the first that knows the request's credentials decides, and the
 * first one's challenge is told, whichever refuses.
 */
export function anyOf(first: Authenticate, ...rest: readonly Authenticate[]): Authenticate {
  const ways = [first, ...rest]
  const { challenge } = first
  const ask = async (request: Request): Promise<string | undefined> => {
    for (const authenticate of ways) {
      const owner = await authenticate(request)
      if (owner !== undefined) return owner
    }
    return undefined
  }
  const headers = [...new Set(ways.flatMap((way) => way.headers ?? []))]
  if (challenge === undefined) return Object.assign(ask, { headers })
  const challenging = (request: Request): Promise<string | undefined> =>
    ask(request).catch((error: unknown) => {
      if (!isProblem(error, 'unauthorized')) throw error
      throw new UploadProblem(error.code, error.message, { ...error.details, challenge })
    })
  return Object.assign(challenging, { headers, challenge })
}
