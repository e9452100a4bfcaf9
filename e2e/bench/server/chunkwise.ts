import type { RequestListener } from 'node:http'
import { createUploadHandler, type UploadHandler } from '@chunkwise/server'
import { diskStore, nodeListener } from '@chunkwise/server/node'
import type { Exchange } from './messages.ts'

/** How ours is set up. */
export interface ChunkwiseSetUp {
  readonly dir: string
  readonly path: string
  readonly durability: 'strict' | 'relaxed'
  readonly checksum?: false
  /** Told what was answered. */
  readonly tell: ((exchange: Exchange) => void) | undefined
}

/** Ours with its defaults, but for what is set up. */
export function chunkwiseListener({ dir, durability, tell, ...more }: ChunkwiseSetUp): RequestListener {
  const handler = createUploadHandler({ store: diskStore({ dir, durability }), ...more })
  return nodeListener(tell ? overheard(handler, tell) : handler)
}

function overheard(handler: UploadHandler, tell: (exchange: Exchange) => void): UploadHandler {
  const listening = async (...[request, connection]: Parameters<UploadHandler>): Promise<Response> => {
    const began = Date.now()
    const response = await handler(request, connection)
    tell({
      method: request.method,
      path: new URL(request.url).pathname,
      chunk: chunkOf(request),
      status: response.status,
      offset: offsetIn(await response.clone().text()),
      began,
      ended: Date.now(),
    })
    return response
  }
  return Object.assign(listening, handler)
}

function chunkOf({ headers }: Request): Exchange['chunk'] {
  const { first, last } = /^bytes (?<first>\d+)-(?<last>\d+)\//.exec(headers.get('content-range') ?? '')?.groups ?? {}
  return first === undefined ? undefined : { start: Number(first), end: Number(last) + 1 }
}

function offsetIn(text: string): number | undefined {
  const { offset } = /"offset":(?<offset>\d+)/.exec(text)?.groups ?? {}
  return offset === undefined ? undefined : Number(offset)
}
