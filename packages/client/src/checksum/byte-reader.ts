/** The bytes of a stream, as many at a time as are wanted. */
export interface ByteReader {
  /** The next bytes, at most `most` of them, good until the next call; none at the end, or once it was cancelled. */
  next(most: number): Promise<Uint8Array>
  /** Whether there is more, told by its length. What was read last stays good. */
  rest(): Promise<number>
  cancel(): Promise<void>
}

/** What stays in a processor's cache on its way from the browser to the hash, in bytes. */
const bufferSize = 1024 ** 2

/**
 * Reads a stream into one buffer again and again, where the browser can (Streams, section 4.5); the memory it would
 * otherwise take anew for each piece costs more than the reading. Where it cannot, the pieces are as they come.
 */
export function readBytesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): ByteReader {
  let reader: ReadableStreamBYOBReader
  try {
    reader = stream.getReader({ mode: 'byob' })
  } catch {
    return readPieces(stream.getReader())
  }
  let buffer = new ArrayBuffer(bufferSize)
  return {
    async next(most) {
      const { value } = await reader.read(new Uint8Array(buffer, 0, Math.min(most, bufferSize)))
      // A stream that was cancelled gives nothing back.
      if (!value) return new Uint8Array()
      buffer = value.buffer
      return value
    },
    rest: async () => (await reader.read(new Uint8Array(1))).value?.length ?? 0,
    cancel: () => reader.cancel(),
  }
}

function readPieces(reader: ReadableStreamDefaultReader<Uint8Array>): ByteReader {
  let piece: Uint8Array = new Uint8Array()
  async function fill(): Promise<void> {
    while (piece.length === 0) {
      const { done, value } = await reader.read()
      if (done) return
      piece = value
    }
  }
  return {
    async next(most) {
      await fill()
      const bytes = piece.subarray(0, most)
      piece = piece.subarray(most)
      return bytes
    },
    async rest() {
      await fill()
      return piece.length
    },
    cancel: () => reader.cancel(),
  }
}
