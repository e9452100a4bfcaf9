import { setTimeout } from 'node:timers/promises'

import type { Bytes } from './forward.ts'

// Small enough that the flow looks even.
const most = 16 * 1024

/** The same bytes, at most so many in a second. */
export async function* paced(body: Bytes, bytesPerSecond: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const began = performance.now()
  let gone = 0
  for await (const piece of body) {
    for (let at = 0; at < piece.length; at += most) {
      const part = piece.subarray(at, at + most)
      gone += part.length
      const early = began + (gone / bytesPerSecond) * 1000 - performance.now()
      if (early > 0) await setTimeout(early, undefined, { signal })
      yield part
    }
  }
}
