/**
 * Which pieces of a body nobody else holds. A host may tee a body, and a parser may keep the end of a piece: only what is
 * marked here, from the socket to the store, may be freed by whoever has used it up.
 */
const exclusive = new WeakSet<ReadableStream>()
const spendable = new WeakSet<ArrayBufferLike>()

/** Says that the reader of this body is the only one who gets its pieces. */
export function markExclusive(body: ReadableStream<Uint8Array>): void {
  exclusive.add(body)
}

/** Hands the mark of a body down to a piece that was read from it. A body that was teed or wrapped is another one. */
export function markPiece(body: ReadableStream<Uint8Array>, { buffer }: Uint8Array): void {
  if (exclusive.has(body)) spendable.add(buffer)
}

/** Whether a piece is all there is in its memory, and this is known to be held by nobody else. */
export function isSpendable({ buffer, byteLength }: Uint8Array): boolean {
  return byteLength === buffer.byteLength && spendable.has(buffer)
}
