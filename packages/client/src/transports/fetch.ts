import { UploadError } from '../errors.ts'
import type { Reply, Transport } from '../types.ts'
import { unreachable } from './unreachable.ts'

/**
 * Sends by `fetch`: everywhere, and without upload progress. A redirect is an answer of its own here, and is not followed:
 * `fetch` would turn the POST that finishes an upload into a GET that succeeds.
 */
export const fetchTransport: Transport = async (
  { method, url, headers, body = null, credentials, priority = 'auto' },
  { signal },
): Promise<Reply> => {
  const unanswered = (cause: unknown): never => {
    signal.throwIfAborted()
    throw unreachable(method, url, cause)
  }
  const init: RequestInit = {
    method,
    headers,
    body,
    credentials,
    priority,
    signal,
    cache: 'no-store',
    redirect: 'manual',
  }
  const response = await fetch(url, init).catch(unanswered)
  // Browsers give a redirect the status 0.
  if (response.status < 400 && !response.ok) {
    throw new UploadError('blocked', `Cannot use ${method} ${url}: it answers with a redirect`)
  }
  return {
    status: response.status,
    url: response.url || url,
    text: await response.text().catch(unanswered),
    header: (name) => response.headers.get(name) ?? undefined,
  }
}
