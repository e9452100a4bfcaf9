import { http, HttpResponse, type HttpHandler } from 'msw'
import type { FaultServer } from './fault-server.ts'

/**
 * Handlers for Mock Service Worker, the same for `setupServer` in Node and `setupWorker` in a browser. They answer requests to
 * the path of the server's endpoint, whatever the origin, and leave all others alone.
 *
 * @example
 * const server = createFaultServer({ script: ['ok', 503] })
 * const worker = setupServer(...uploadHandlers(server))
 * @example
 * const double = djangoChunkedUploadDouble()
 * const worker = setupServer(...uploadHandlers({ owns: double.owns, fetch: double }))
 */
export function uploadHandlers(server: Pick<FaultServer, 'owns' | 'fetch'>): HttpHandler[] {
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
