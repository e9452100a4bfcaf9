import type { Hasher, Hashing, HashState } from '../../src/types.ts'
import { UploadError } from '../../src/errors.ts'

/** A Blob whose bytes are at hand without waiting, since thousands of schedules read them. */
class SmallBlob extends Blob {
  readonly content: Uint8Array<ArrayBuffer>

  constructor(bytes: Uint8Array<ArrayBuffer>, type = '') {
    super([bytes], { type })
    this.content = bytes
  }

  override slice(start: number = 0, end: number = this.size, type: string = ''): Blob {
    return new SmallBlob(this.content.slice(start, end), type)
  }
}

/** A file with such bytes. */
export class SmallFile extends File {
  readonly content: Uint8Array<ArrayBuffer>

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    super([bytes], 'film.mp4', { type: 'video/mp4', lastModified: 1_690_000_000_000 })
    this.content = bytes
  }

  override slice(start: number = 0, end: number = this.size, type: string = ''): Blob {
    return new SmallBlob(this.content.slice(start, end), type)
  }
}

export function bytesIn(blob: unknown): Uint8Array<ArrayBuffer> {
  if (blob instanceof SmallBlob || blob instanceof SmallFile) return blob.content
  throw new TypeError('Expected a small file')
}

/**
 * Hashing without a worker. A state is its position and the sum of all before it; one that is not of this file spoils the
 * digest, as a real one would. Now and then it lags behind what it was asked for, as a real one does.
 */
export function smallHashing(sumOf: (bytes: Uint8Array) => string, chance: () => number): Hashing {
  const stateAt = (bytes: Uint8Array, position: number): HashState => ({
    ...{ engine: 'wasm', algorithm: 'md5', position, state: sumOf(bytes.subarray(0, position)) },
  })

  function open({ file, saved, trusted = false }: Parameters<Hashing['open']>[0]): Hasher {
    const bytes = bytesIn(file)
    const from = trusted ? (saved?.position ?? 0) : 0
    const states = new Map<number, HashState>(saved ? [[saved.position, saved]] : [])
    let [position, target] = [from, from]
    let closed = false
    const goOn = (): void => {
      position = target
      if (!states.has(position)) states.set(position, stateAt(bytes, position))
    }
    return {
      get position() {
        return position
      },
      advance(to) {
        target = Math.max(target, Math.min(to, bytes.length))
        if (chance() < 0.7) goOn()
      },
      saved: (offset) =>
        [...states.values()]
          .filter((state) => state.position <= offset)
          .sort((one, other) => other.position - one.position)[0],
      async digest(signal) {
        await Promise.resolve()
        signal.throwIfAborted()
        if (closed) throw new UploadError('cancelled', 'Closed')
        if (target < bytes.length) return new Promise(() => {})
        goOn()
        const sound = !saved || saved.state === stateAt(bytes, saved.position).state
        if (!sound && !trusted) throw new UploadError('file-mismatch', 'Another file')
        return sound ? sumOf(bytes) : 'f'.repeat(32)
      },
      close: () => void (closed = true),
    }
  }

  return {
    open,
    ready: async (_, signal) => signal.throwIfAborted(),
    reopen: () => Promise.reject(new UploadError('file-needed', 'Nothing is kept')),
    source: async (input) => {
      if (!(input instanceof SmallFile)) throw new TypeError('Expected a small file')
      const { name, type, size, lastModified, content } = input
      return {
        ...{ name, type, size, lastModified, file: input, handle: undefined },
        slice: async (start, end) => input.slice(start, end, type),
        probe: async () => {},
        samples: async () => [sumOf(content)],
        switchToCopies: () => {},
      }
    },
  }
}
