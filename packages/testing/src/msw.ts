import { http, HttpResponse, type HttpHandler } from 'msw'
import type { FaultServer } from './fault-server.ts'

/**
 * Handlers for Mock Service Worker, the same for `setupServer` in Node and `setupWorker` in a browser. They answer requests to
 * the path of the server's endpoint, whatever the origin, and leave all others alone.
 *
 * @example
 * const server = createFaultServer({ script: ['ok', 503] })
 * const worker = setupServer(...uploadHandlers(server))
 */
export function uploadHandlers(server: FaultServer): HttpHandler[] {
  return [
    http.all(
      ({ request }) => server.owns(new URL(request.url).pathname),
      async ({ request }) => {
        try {
          return await server.fetch(request)
        } catch {
          return HttpResponse.error()
        }
      },
    ),
  ]
}
