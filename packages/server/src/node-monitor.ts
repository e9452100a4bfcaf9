import type { RequestListener } from 'node:http'
import type { UploadHandler } from './handler.ts'
import { metricsType, type Metrics } from './metrics.ts'

/** What a monitor looks at. */
export interface Monitored {
  readonly handler: Pick<UploadHandler, 'health'> & Partial<Pick<UploadHandler, 'usage'>>
  /** Without it `/metrics` is 404. */
  readonly metrics?: Metrics
  readonly connections?: () => number
}

/**
 * Answers whoever watches a server: `/live` (the process answers), `/ready` (it should get requests; 503, and why, if not) and
 * `/metrics`. For a port or an address that only they can reach: what it tells is nobody else's business.
 */
export function monitorListener({ handler, metrics, connections }: Monitored): RequestListener {
  async function answer(path: string): Promise<{ status: number; type: string; body: string }> {
    const json = (status: number, body: object) => ({ status, type: 'application/json', body: JSON.stringify(body) })
    if (path === '/live') return json(200, { status: 'live' })
    if (path === '/ready') {
      const { ready, ailments } = await handler.health()
      return json(ready ? 200 : 503, { status: ready ? 'ready' : 'not ready', ailments })
    }
    if (path === '/metrics' && metrics && handler.usage)
      return { status: 200, type: metricsType, body: metrics.text(await handler.usage(), connections?.()) }
    return { status: 404, type: 'text/plain', body: 'There are /live, /ready and /metrics\n' }
  }

  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD' }).end()
      return
    }
    answer((request.url ?? '/').split('?', 1)[0] ?? '/').then(
      ({ status, type, body }) => {
        response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' })
        response.end(request.method === 'HEAD' ? undefined : body)
      },
      () => response.writeHead(500).end(),
    )
  }
}
