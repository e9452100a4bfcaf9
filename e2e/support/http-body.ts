import type { ByteQueue } from './byte-queue.ts'

/** The body of a message, as it comes. */
export interface Body {
  /** Its bytes, form of pieces and all, so many at a time at most; they end early where the connection does. */
  pieces(most?: number): AsyncGenerator<Buffer, void>
  /** Whether it has been read to its end, and another message may follow. */
  readonly isWhole: boolean
}

const lastPiece = Buffer.from('0\r\n\r\n')

/**
 * Reads the body that follows a head.
 *
 * @param unbounded whether a body without a length goes on until the connection ends, as in an answer
 */
export function readBody(queue: ByteQueue, headers: ReadonlyMap<string, string>, unbounded = false): Body {
  const length = headers.get('content-length')
  const chunked = headers.get('transfer-encoding')?.toLowerCase() === 'chunked'
  let left = length === undefined ? (chunked || unbounded ? Infinity : 0) : Number(length)
  let tail: Buffer = Buffer.alloc(0)
  return {
    get isWhole() {
      return left === 0
    },
    async *pieces(most = Infinity) {
      while (left > 0) {
        const ready = await queue.ready()
        if (ready === 0) return
        const piece = queue.take(Math.min(ready, left, most))
        left -= piece.length
        // A body without a length says by an empty piece that it is at its end.
        if (chunked) tail = Buffer.concat([tail, piece.subarray(-lastPiece.length)]).subarray(-lastPiece.length)
        if (tail.equals(lastPiece)) left = 0
        yield piece
      }
    },
  }
}

/** All of it; shorter than it should be where the connection ends. */
export async function wholeBody(body: Body): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of body.pieces()) pieces.push(piece)
  return Buffer.concat(pieces)
}
