/** One of several runs of bytes. */
interface Sized {
  /** Bytes. */
  readonly size: number
}

/** Bytes in all. */
export const sizeOf = (pieces: readonly Sized[]): number => pieces.reduce((sum, { size }) => sum + size, 0)

/**
 * The bytes of several pieces as if they were one, from `start` up to and without `end`.
 *
 * @param open gives the bytes of one piece, of which it wants `from` up to and without `to`; asked when their turn comes
 */
export function joined<Piece extends Sized>(
  pieces: readonly Piece[],
  open: (piece: Piece, from: number, to: number) => AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>,
  start = 0,
  end: number = sizeOf(pieces),
): ReadableStream<Uint8Array> {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    let at = 0
    for (const piece of pieces) {
      const [from, to] = [Math.max(0, start - at), Math.min(piece.size, end - at)]
      at += piece.size
      if (from < to) yield* await open(piece, from, to)
    }
  }
  const all = bytes()
  return new ReadableStream({
    async pull(controller) {
      const next = await all.next()
      if (next.done) controller.close()
      else controller.enqueue(next.value)
    },
    // Whoever leaves in the middle lets go of what is open.
    cancel: async () => void (await all.return(undefined)),
  })
}
