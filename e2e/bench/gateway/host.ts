import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createLane } from '../lane.ts'

/** How the paths of a host's API begin, and where it takes files. */
export const hostPaths = { api: '/vod/2.0', files: '/vod/2.0/channels/channel/files' }

// A host that waited for less would wait for timers.
const slackMs = 5

/**
 * A video host as far as files by tus go, which costs as little as it can: it takes bytes, so many in a second from all together,
 * and keeps nothing of them but their count.
 */
export function bareHost(rate: number): RequestListener {
  const lane = createLane({ roundTripMs: 0, rate })
  const offsets = new Map<string, number>()

  function create(request: IncomingMessage, response: ServerResponse): void {
    const path = `${hostPaths.files}/${randomUUID()}`
    offsets.set(path, 0)
    response.writeHead(201, { Location: `http://${request.headers.host}${path}` }).end()
  }

  function take(request: IncomingMessage, response: ServerResponse, path: string): void {
    let offset = offsets.get(path)
    if (offset === undefined || Number(request.headers['upload-offset']) !== offset)
      return void response.writeHead(409).end()
    request.on('data', (bytes: Uint8Array) => {
      offset = (offset ?? 0) + bytes.length
      const now = performance.now()
      const leftMs = lane.arrivalOf(bytes.length, now) - now
      if (leftMs < slackMs) return
      request.pause()
      setTimeout(() => request.resume(), leftMs)
    })
    request.once('end', () => {
      offsets.set(path, offset ?? 0)
      response.writeHead(204, { 'Upload-Offset': offset ?? 0 }).end()
    })
  }

  return (request, response) =>
    request.method === 'POST' ? create(request, response) : take(request, response, request.url ?? '')
}
