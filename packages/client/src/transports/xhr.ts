import { UploadError } from '../errors.ts'
import type { Reply, Transport } from '../types.ts'

/**
 * Sends by `XMLHttpRequest`: the only way in a browser to see a body go out. It follows redirects unasked, so an answer
 * from another address than the one asked counts as none.
 */
export const xhrTransport: Transport = ({ method, url, headers, body, credentials }, { signal, onSent }) =>
  new Promise<Reply>((resolve, reject) => {
    const request = new XMLHttpRequest()
    const abort = (): void => request.abort()
    const settle = (outcome: () => void): void => {
      signal.removeEventListener('abort', abort)
      outcome()
    }
    const unreachable = (): UploadError =>
      new UploadError('network', `Cannot reach ${new URL(url).host}: no answer to ${method}`)

    request.open(method, url)
    request.withCredentials = credentials === 'include'
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    request.upload.onprogress = ({ loaded }) => onSent(loaded)
    request.upload.onload = ({ loaded }) => onSent(loaded)
    request.onload = () => settle(() => resolve(read(request, url)))
    // Safari aborts by itself when it loses a connection: only our own signal makes it an abort (F37).
    request.onerror =
      request.ontimeout =
      request.onabort =
        () => settle(() => reject(signal.aborted ? signal.reason : unreachable()))

    if (signal.aborted) return reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    request.send(body)
  }).then((reply) => {
    if (reply.url === new URL(url).href.replace(/#.*$/, '')) return reply
    if (slashed(url) !== reply.url)
      throw new UploadError('blocked', `Cannot use ${url}: something redirects it to ${reply.url}`)
    throw new UploadError('redirected', `Cannot use ${url}: the server redirects it to ${reply.url}; use that address`)
  })

function read(request: XMLHttpRequest, url: string): Reply {
  return {
    status: request.status,
    url: request.responseURL || url,
    text: request.responseText,
    // A header that may not be read across origins would be reported as unsafe on the console.
    header: (name) => headersOf(request).get(name.toLowerCase()),
  }
}

const headersOf = (request: XMLHttpRequest): Map<string, string> =>
  new Map(
    request
      .getAllResponseHeaders()
      .trim()
      .split('\r\n')
      .map((line): [string, string] => {
        const colon = line.indexOf(':')
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
      }),
  )

function slashed(url: string): string {
  const address = new URL(url)
  address.hash = ''
  address.pathname += '/'
  return address.href
}
