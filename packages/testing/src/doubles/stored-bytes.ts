/** Bytes that come piece after piece. */
export interface StoredBytes {
  /** How many there are. */
  readonly size: number
  /** How many pieces came. */
  readonly pieces: number
  append(piece: Uint8Array): void
  /** All of them, joined. */
  joined(): Uint8Array
}

export function storedBytes(): StoredBytes {
  const pieces: Uint8Array[] = []
  let size = 0
  return {
    get size() {
      return size
    },
    get pieces() {
      return pieces.length
    },
    append(piece) {
      pieces.push(piece)
      size += piece.length
    },
    joined() {
      const all = new Uint8Array(size)
      let at = 0
      for (const piece of pieces) {
        all.set(piece, at)
        at += piece.length
      }
      return all
    },
  }
}
