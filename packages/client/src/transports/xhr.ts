import { UploadError } from '../errors.ts'
import type { Reply, Transport } from '../types.ts'
import { unreachable } from './unreachable.ts'

/**
 * Sends by `XMLHttpRequest`: the only way in a browser to see a body go out. It follows redirects unasked, so an answer
 * from another address than the one asked counts as none.
 */
export const xhrTransport: Transport = ({ method, url, headers, body, credentials }, { signal, onSent }) =>
  new Promise<Reply>((resolve, reject) => {
    const address = new URL(url)
    const request = new XMLHttpRequest()
    const abort = (): void => request.abort()

    request.open(method, url)
    request.withCredentials = credentials === 'include'
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    // From its start on, or what was cut off before the first report would count as gone out whole.
    const { upload } = request
    upload.onloadstart = upload.onprogress = upload.onload = ({ loaded }) => onSent(loaded)
    request.onload = () => {
      const reply = read(request, url)
      const elsewhere = redirection(method, address, reply.url)
      if (elsewhere) reject(elsewhere)
      resolve(reply)
    }
    request.onloadend = () => {
      signal.removeEventListener('abort', abort)
      // Safari aborts by itself when it loses a connection: only our own signal makes it an abort (F37).
      reject(signal.aborted ? signal.reason : unreachable(method, url))
    }

    if (signal.aborted) return reject(signal.reason)
    signal.addEventListener('abort', abort)
    request.send(body)
  })

function read(request: XMLHttpRequest, url: string): Reply {
  // Now: whoever has an answer may end the signal at once, and that empties the request. And all of them: asked for one by one,
  // a header that may not be read across origins would be reported as unsafe on the console.
  const headers = request.getAllResponseHeaders()
  return {
    status: request.status,
    url: request.responseURL || url,
    text: request.responseText,
    header: (name) => new RegExp(`^${name}: *(.*)`, 'im').exec(headers)?.[1],
  }
}

// What it means that another address has answered than the one asked; `undefined` if it is the same.
function redirection(method: string, asked: URL, answered: string): UploadError | undefined {
  asked.hash = ''
  if (answered === asked.href) return undefined
  const message = `Cannot use ${method} ${asked.href}: it answers with a redirect to ${answered}`
  // The server itself only adds a slash; anything else is something in between.
  asked.pathname += '/'
  return new UploadError(answered === asked.href ? 'redirected' : 'blocked', message)
}
