import type { Reply, Transport, TransportRequest } from '@chunkwise/client'

/** What one client has sent, as it knows it itself. */
export interface Watch {
  /** Bytes of the file that went out. */
  bytes: number
  /** Requests with bytes after which nobody has told that the server has more. */
  failed: number
  /** Requests that should not have gone out. */
  readonly blind: string[]
}

/**
 * A transport that is watched: no chunk may go out but from where the server said it stands, in its answer to the request
 * right before. After an answer that was lost, nobody has said.
 */
export function watched(transport: Transport, watch: Watch): Transport {
  let told: number | undefined
  return async (request, options) => {
    const { carries = 0 } = request
    const start = startOf(request)
    const isAppend = carries > 0 && !request.url.endsWith('/uploads/')
    if (isAppend && start !== told) {
      watch.blind.push(`F02: ${request.method} from ${start}, and the server has told ${told ?? 'nothing'}`)
    }
    watch.bytes += carries
    told = undefined
    try {
      const reply = await transport(request, options)
      told = toldIn(reply)
      return reply
    } finally {
      if (carries > 0 && (told === undefined || told <= start)) watch.failed += 1
    }
  }
}

const startOf = ({ headers }: TransportRequest): number =>
  Number(headers['Upload-Offset'] ?? headers['Content-Range']?.match(/\d+/)?.[0] ?? 0)

// Where the server stands, if this answer tells.
function toldIn({ text, status, header }: Reply): number | undefined {
  const written = header('Upload-Offset') ?? /"(?:expected_)?offset":\s*(\d+)/.exec(text)?.[1]
  if (written !== undefined) return Number(written)
  // A creation without bytes may be answered without a word of it.
  return status === 201 ? 0 : undefined
}
