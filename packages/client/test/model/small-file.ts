import { UploadError } from '../../src/errors.ts'
import { prove } from '../../src/prove.ts'
import { tellApartBy } from '../../src/tell-apart.ts'
import type { Hasher, Hashing, HashState } from '../../src/types.ts'

const [name, type, lastModified] = ['film.mp4', 'video/mp4', 1_690_000_000_000] as const

// A File by its prototype, without what the platform does for each; what the client does with one is below.
function Bare(): void {}
Bare.prototype = File.prototype
const BareFile = Bare as unknown as new () => File

/** A file of a few bytes, and each slice of it: at hand without waiting, and cheap, since there are millions. */
export class SmallFile extends BareFile {
  override readonly name: string = name
  override readonly type: string = type
  override readonly lastModified: number = lastModified
  override readonly size: number
  readonly content: Uint8Array<ArrayBuffer>

  constructor(content: Uint8Array<ArrayBuffer>) {
    super()
    this.content = content
    this.size = content.length
  }

  override slice(start?: number, end?: number): File {
    return new SmallFile(this.content.slice(start, end))
  }
}

/** The same as one that the platform can send. */
export class RealFile extends File {
  readonly content: Uint8Array<ArrayBuffer>

  constructor(content: Uint8Array<ArrayBuffer>) {
    super([content], name, { type, lastModified })
    this.content = content
  }
}

export function bytesIn(blob: unknown): Uint8Array<ArrayBuffer> {
  if (blob instanceof SmallFile || blob instanceof RealFile) return blob.content
  throw new TypeError('Expected a small file')
}

/** Lets others act before and after something that the client awaits, and lets nothing more be heard of a page that is closed. */
export type Effect = <Value>(work: () => Value | Promise<Value>) => Promise<Value>

/**
 * Hashing without a worker. A state is its position and the sum of all before it; one that is not of
 * this file spoils the digest, as a real one would. Now and then it lags behind what it was asked for, as a real one does.
 */
export function smallHashing(
  sumOf: (bytes: Uint8Array) => string,
  chance: () => number,
  effect: Effect = async (work) => work(),
): Hashing {
  const stateAt = (bytes: Uint8Array, position: number): HashState => ({
    ...{ engine: 'wasm', algorithm: 'md5', position, state: sumOf(bytes.subarray(0, position)) },
  })

  function open({ file, saved, trusted = false }: Parameters<Hashing['open']>[0]): Hasher {
    const bytes = bytesIn(file)
    // In the order of their positions.
    const states = saved ? [saved] : []
    let position = trusted ? (saved?.position ?? 0) : 0
    let target = position
    let closed = false
    const goOn = (): void => {
      if (target > position || states.length === 0) states.push(stateAt(bytes, target))
      position = target
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
        states.reduce<HashState | undefined>(
          (best, state) => (state.position <= offset && state.position >= (best?.position ?? 0) ? state : best),
          undefined,
        ),
      digest: (signal) =>
        effect(() => {
          signal.throwIfAborted()
          if (closed) throw new UploadError('cancelled', 'Closed')
          if (target < bytes.length) return new Promise(() => {})
          goOn()
          const sound = !saved || saved.state === stateAt(bytes, saved.position).state
          if (!sound && !trusted) throw new UploadError('file-mismatch', 'Another file')
          return sound ? sumOf(bytes) : 'f'.repeat(32)
        }),
      close: () => void (closed = true),
    }
  }

  return {
    ...{ open, prove },
    digest: ({ file }, signal) => {
      signal.throwIfAborted()
      return effect(() => sumOf(bytesIn(file)))
    },
    tellApart: tellApartBy((file, other) =>
      effect(() => String(other instanceof Blob ? sumOf(bytesIn(other)) : other) === sumOf(bytesIn(file))),
    ),
    keepCopy: () => Promise.resolve(false),
    ready: (_, signal) => effect(() => signal.throwIfAborted()),
    reopen: () => Promise.reject(new UploadError('file-needed', 'Nothing is kept')),
    source: (input) =>
      effect(() => {
        const content = bytesIn(input)
        if (!(input instanceof File)) throw new TypeError('Expected a file')
        return {
          ...{ name, type, lastModified, size: input.size, file: input, handle: undefined },
          slice: (start, end) => effect(() => input.slice(start, end, type)),
          probe: () => effect(() => {}),
          samples: () => effect(() => [sumOf(content)]),
          suspect: (error) => effect(() => error),
        }
      }),
  }
}
