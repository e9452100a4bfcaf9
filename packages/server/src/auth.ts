/**
 * Finds out who asks: the owner's name, or `undefined` for nobody in particular. Throws an `UploadProblem`
 * (`unauthorized`, `forbidden`) for credentials that are wrong.
 */
export interface Authenticate {
  (request: Request): Promise<string | undefined> | string | undefined
  /** The way to sign in, for `WWW-Authenticate`; without it a refusal is 403 instead of 401. */
  readonly challenge?: string
}

/**
 * Asks several ways of signing in, one after the other; the first that knows the request's credentials decides, and the
 * first one's challenge is told.
 */
export function anyOf(first: Authenticate, ...rest: readonly Authenticate[]): Authenticate {
  const ask = async (request: Request): Promise<string | undefined> => {
    for (const authenticate of [first, ...rest]) {
      const owner = await authenticate(request)
      if (owner !== undefined) return owner
    }
    return undefined
  }
  return first.challenge === undefined ? ask : Object.assign(ask, { challenge: first.challenge })
}
