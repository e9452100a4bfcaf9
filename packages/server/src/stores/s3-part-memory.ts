import { freePiece } from '../free-piece.ts'

/** So many bytes are kept for the next parts: left to the collector, they are a quarter of what a node does for an upload. */
const limit = 64 * 1024 ** 2
const free: Uint8Array[] = []

/** The first bytes of some pieces as one, and what is left of these. What was copied is freed where it is nobody else's. */
export interface Gathered {
  /** Of memory that is used again: see {@link giveBack}. */
  readonly bytes: Uint8Array
  readonly left: Uint8Array[]
}

/** Makes a part of the first `size` bytes of pieces that have at least so many. */
export function gather(pieces: readonly Uint8Array[], size: number): Gathered {
  const at = free.findIndex(({ length }) => length === size)
  const [bytes = Buffer.allocUnsafeSlow(size)] = at === -1 ? [] : free.splice(at, 1)
  const left: Uint8Array[] = []
  let filled = 0
  for (const piece of pieces) {
    const wanted = piece.subarray(0, size - filled)
    bytes.set(wanted, filled)
    filled += wanted.length
    if (wanted.length === piece.length) freePiece(piece)
    else left.push(piece.subarray(wanted.length))
  }
  return { bytes, left }
}

/** Gives the memory of a part back that nobody reads any more. */
export function giveBack(bytes: Uint8Array): void {
  free.push(bytes)
  // What was not asked for the longest goes first: parts of another size may not come again.
  for (let kept = free.reduce((sum, { length }) => sum + length, 0); kept > limit;) kept -= free.shift()?.length ?? kept
}
