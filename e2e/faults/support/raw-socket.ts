import { connect } from 'node:net'
import { onTestFinished } from 'vitest'

/** A connection on which every byte is the test's own. */
export interface RawSocket {
  write(data: string | Uint8Array): void
  /** Closes it politely, as after the last byte. */
  end(): void
  /** Drops it, so that the other side meets a reset if it still speaks. */
  destroy(): void
  /** All that came back, each byte a character. */
  text(): string
  readonly closed: Promise<void>
}

/** Opens a connection; it ends with the test at the latest. */
export async function openSocket(port: number): Promise<RawSocket> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  let received = ''
  socket.setEncoding('latin1').on('data', (text: string) => {
    received += text
  })
  // The server may drop it whenever it likes: that is the end of it, not a fault of the test.
  socket.on('error', () => {})
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve())
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject)
  })
  return {
    write: (data) => void (typeof data === 'string' ? socket.write(data, 'latin1') : socket.write(data)),
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
    text: () => received,
    closed,
  }
}
