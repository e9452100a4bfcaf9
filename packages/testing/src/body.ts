/** A request that has been read: what the fault server keeps of it, to hand it on as often and as broken as is asked. */
export interface Taken {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly bytes: Uint8Array
}

/** Reads a request whole. */
export async function take(request: Request): Promise<Taken> {
  const { method, url, headers } = request
  const bytes = method === 'GET' || method === 'HEAD' ? new Uint8Array() : new Uint8Array(await request.arrayBuffer())
  return { method, url, headers, bytes }
}

/** The same request with one bit of its body turned over. */
export function corrupt(taken: Taken, byte: number): Taken {
  const bytes = taken.bytes.slice()
  const at = Math.min(byte, bytes.length - 1)
  // An empty body has nothing to turn over.
  if (at >= 0) bytes.set([(bytes[at] ?? 0) ^ 1], at)
  return { ...taken, bytes }
}

/** The request for a server to read; cut off after so many bytes of its body, if it has as many. */
export function untake({ method, url, headers, bytes }: Taken, cutAfter?: number): Request {
  const request = new Request(url, {
    method,
    headers: { ...Object.fromEntries(headers), 'content-length': String(bytes.length) },
  })
  if (bytes.length === 0) return request
  // Not every browser takes a stream as the body of a request, or shows the one it has.
  return Object.defineProperty(request, 'body', { value: streamOf(bytes, cutAfter) })
}

/** As much as a socket hands over at a time. */
const piece = 64 * 1024

function streamOf(bytes: Uint8Array, cutAfter = bytes.length): ReadableStream<Uint8Array> {
  const end = Math.min(bytes.length, cutAfter)
  let at = 0
  return new ReadableStream({
    pull(controller) {
      const next = Math.min(at + piece, end)
      if (next > at) controller.enqueue(bytes.slice(at, next))
      else if (end === bytes.length) controller.close()
      else controller.error(new TypeError('The connection was cut'))
      at = next
    },
  })
}
