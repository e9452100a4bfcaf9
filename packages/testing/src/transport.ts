/** A class of errors such as the client's `UploadError`. */
export type ErrorClass = new (
  code: 'network' | 'blocked',
  message: string,
  details: { readonly cause: unknown },
) => Error

/** A request as a client's transport is given it. */
export interface TransportedRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Blob | FormData | URLSearchParams | string | undefined
}

/** An answer, read whole. */
export interface TransportedReply {
  readonly status: number
  readonly url: string
  header(name: string): string | undefined
  readonly text: string
}

/** How a client's requests move: what `createUploader` takes as its `transport`. */
export type TransportLike = (
  request: TransportedRequest,
  options: { readonly signal: AbortSignal; onSent(bytes: number): void },
) => Promise<TransportedReply>

/** A transport over a function like `fetch` that also tells what has gone out. Follows no redirect. */
export function transportTo(
  exchange: (request: Request, onSent: (bytes: number) => void) => Promise<Response>,
  UploadError: ErrorClass,
): TransportLike {
  return async ({ method, url, headers, body }, { signal, onSent }) => {
    signal.throwIfAborted()
    try {
      const request = new Request(url, { method, headers, signal, body: body ?? null })
      const response = await exchange(request, body === undefined ? () => {} : onSent)
      const { status } = response
      if (status >= 300 && status < 400) {
        throw new UploadError('blocked', `Cannot use ${method} ${url}: it answers with a redirect`, {
          cause: undefined,
        })
      }
      const text = await response.text()
      return { status, url, text, header: (name) => response.headers.get(name) ?? undefined }
    } catch (cause) {
      signal.throwIfAborted()
      if (cause instanceof UploadError) throw cause
      throw new UploadError('network', `Cannot reach ${new URL(url).host}: no answer to ${method}`, { cause })
    }
  }
}
