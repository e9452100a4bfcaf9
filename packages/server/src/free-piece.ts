import { isSpendable } from './pieces.ts'

/** What is transferred to a closed port is detached and freed: there is no other way to free memory before Node 21. */
const nowhere = new MessageChannel().port1
nowhere.close()

/** Less than this is not worth the call, in bytes. */
const worthwhile = 16 * 1024

/**
 * Frees a piece of a body that was copied or has been sent, if it is nobody else's. Left to the collector, which looks at buffers seldom,
 * 50 MiB of them lie about under load.
 */
export function freePiece(bytes: Uint8Array): void {
  const { buffer } = bytes
  if (bytes.byteLength < worthwhile || !isSpendable(bytes) || !(buffer instanceof ArrayBuffer)) return
  nowhere.postMessage(undefined, [buffer])
}
