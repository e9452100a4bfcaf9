import type { Mountable } from '@chunkwise/server/node'
import type { HostFailure } from '@chunkwise/testing/doubles'

import { fakeHostsPath, refusals, type HostName } from '../../src/video/hosts.ts'

/** What a double of a host is asked for here. */
interface Double {
  (request: Request): Promise<Response>
  fail(failure: HostFailure): void
}

/**
 * A host as browsers reach it, on this server under a path of its own:
 *
 * - what is below `/fake-hosts/NAME/tus/` takes bytes, where the host takes them from browsers
 * - `PUT /fake-hosts/NAME/trouble`: the host refuses the next chunks. No simple request in the sense of CORS, so that no other
 *   site can make a browser send it
 *
 * Its API is not here: that is for who has its key, which is the gateway alone.
 */
export function fakeHost(name: HostName, double: Double): Mountable {
  const base = `${fakeHostsPath}${name}`

  async function answer(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url)
    const path = pathname.slice(base.length)
    if (path.startsWith('/tus/')) return double(asSent(request, `https://host.example${path}${search}`))
    if (path !== '/trouble') return new Response('Not Found\n', { status: 404 })
    if (request.method !== 'PUT') return new Response(null, { status: 405, headers: { Allow: 'PUT' } })
    double.fail({ on: 'chunk', status: 503, retryAfter: '1', times: refusals })
    return new Response(null, { status: 204 })
  }

  return Object.assign(answer, { owns: (pathname: string) => pathname.startsWith(`${base}/`) })
}

// A host of another origin is given no credentials, which the SDK sees to; here it has the origin of the page.
function asSent(request: Request, url: string): Request {
  const sent = new Request(url, request)
  for (const name of ['Authorization', 'Cookie']) sent.headers.delete(name)
  return sent
}
