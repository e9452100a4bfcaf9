import * as z from 'zod/mini'
import { UploadProblem } from '../problem.ts'

/**
 * Says whose credentials these are: the owner, or `undefined` for nobody in particular. Throws an `UploadProblem`
 * (`unauthorized`, `forbidden`) for credentials that are wrong; anything else that it throws means that it cannot tell now.
 */
export type Authority = (credentials: Headers, signal: AbortSignal) => Promise<string | undefined> | string | undefined

const whoever = z.object({ owner: z.nullable(z.union([z.string().check(z.minLength(1)), z.int()])) })

/**
 * An authority that answers over HTTP: 200 with the JSON `{ "owner": "alice" }` (a number is a name too, `null` is nobody in
 * particular), 401 or 403 for credentials that are wrong. Any other answer is a fault of its own, a redirect too: a page to
 * sign in on is no answer.
 */
export function authorityAt(url: URL, challenge: string): Authority {
  return async (credentials, signal) => {
    const headers = new Headers(credentials)
    headers.set('Accept', 'application/json')
    const response = await fetch(url, { headers, signal, redirect: 'manual' })
    if (response.status === 200) return readOwner(await response.text(), url)
    await response.body?.cancel()
    if (response.status === 401 || response.status === 403)
      throw new UploadProblem('unauthorized', 'Invalid credentials.', { challenge })
    throw new Error(`Cannot learn who asks: expected 200, 401 or 403 of ${url.href}, got ${response.status}`)
  }
}

function readOwner(text: string, url: URL): string | undefined {
  const parsed = whoever.safeParse(parse(text))
  if (!parsed.success)
    throw new Error(`Cannot learn who asks: expected {"owner": …} of ${url.href}, got ${text.slice(0, 100)}`)
  const { owner } = parsed.data
  return owner === null ? undefined : String(owner)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
