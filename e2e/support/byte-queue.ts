import type { Socket } from 'node:net'

/** Bytes of a connection that have come and were not taken yet. */
export interface ByteQueue {
  /** Takes the head of a request, the empty line at its end included; `undefined` if the connection ends before that. */
  takeHead(): Promise<string | undefined>
  /** How many bytes can be taken in one go, once there are some; 0 when there will be none any more. */
  ready(): Promise<number>
  /** Takes so many of them at most. */
  take(count: number): Buffer
  /** From now on no more is read than is waited for: who sends stands still meanwhile, and its end goes unnoticed. */
  slacken(): void
}

const headEnd = '\r\n\r\n'

/** Reads a connection as fast as it gives, so that its end is noticed though nobody takes anything. */
export function createByteQueue(socket: Socket): ByteQueue {
  const pieces: Buffer[] = []
  let ended = false
  let slack = false
  let wake = (): void => {}
  const end = (): void => {
    ended = true
    wake()
  }
  socket.on('end', end).on('close', end)
  socket.on('data', (bytes: Buffer) => {
    pieces.push(bytes)
    if (slack) socket.pause()
    wake()
  })
  const change = (): Promise<void> => new Promise((resolve) => (wake = resolve))

  function take(count: number): Buffer {
    const [first = Buffer.alloc(0)] = pieces
    const bytes = first.subarray(0, count)
    if (bytes.length === first.length) pieces.shift()
    else pieces[0] = first.subarray(bytes.length)
    return bytes
  }

  return {
    take,
    slacken() {
      slack = true
      socket.pause()
    },
    async takeHead() {
      for (;;) {
        const all = Buffer.concat(pieces.splice(0))
        if (all.length > 0) pieces.push(all)
        const at = all.indexOf(headEnd)
        if (at >= 0) return take(at + headEnd.length).toString('latin1')
        if (ended) return undefined
        await change()
      }
    },
    async ready() {
      while (pieces.length === 0 && !ended) {
        if (slack) socket.resume()
        await change()
      }
      return pieces[0]?.length ?? 0
    },
  }
}
