import { Readable } from 'node:stream'
import type { ByteSource } from '../store.ts'

/** A source, given on in several streams. */
export interface Runs {
  /** Whether there is another byte, which is waited for. */
  more(): Promise<boolean>
  /** The next bytes, at most so many, as they come. It ends as if whole where the source breaks. */
  next(limit: number): Readable
  /** How many bytes the streams have given. */
  readonly given: number
  /** What the source broke with. */
  readonly broken: { readonly error: unknown } | undefined
  /** Says that no more is wanted. */
  end(): void
}

/** Reads a source as it is asked for, and never ahead of more than a stream holds. */
export function runsOf(source: ByteSource): Runs {
  const iterator = source[Symbol.asyncIterator]()
  let held: Uint8Array = new Uint8Array()
  let given = 0
  let ended = false
  let broken: Runs['broken']

  async function more(): Promise<boolean> {
    while (held.length === 0 && !ended)
      try {
        const next = await iterator.next()
        if (next.done) ended = true
        else held = next.value
      } catch (error) {
        ended = true
        broken = { error }
      }
    return held.length > 0
  }

  async function* take(limit: number): AsyncGenerator<Uint8Array> {
    for (let left = limit; left > 0 && (await more());) {
      const bytes = held.subarray(0, left)
      held = held.subarray(bytes.length)
      left -= bytes.length
      given += bytes.length
      yield bytes
    }
  }

  return {
    more,
    next: (limit) => Readable.from(take(limit), { objectMode: false }),
    get given() {
      return given
    },
    get broken() {
      return broken
    },
    end() {
      // Not waited for: a source that is asked for its next bytes hears of it only when they have come.
      if (!ended) iterator.return?.().catch(() => {})
    },
  }
}
