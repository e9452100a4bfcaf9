import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLane, type Lane, type LinkSettings } from './lane.ts'

/** A slow way to a server on this machine. */
export interface SlowLink {
  readonly url: string
  /** Bytes that have gone into it towards the server so far, whether they arrived or not. */
  readonly carried: number
  /** Resets every connection; what is on its way is lost. */
  drop(): void
  close(): Promise<void>
}

/** Opens a slow way to the server on a port. A connection takes a round trip to open, as TCP does. */
export async function openSlowLink(port: number, settings: LinkSettings): Promise<SlowLink> {
  const [up, down] = [createLane(settings), createLane(settings)]
  const sockets = new Set<Socket>()
  let carried = 0

  // Each side may be done with sending while it still listens.
  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => void open(client))
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  // A server that listens on a port has an address of this form.
  const own = listener.address() as AddressInfo

  async function open(client: Socket): Promise<void> {
    keep(client)
    await sleep(settings.roundTripMs)
    if (client.destroyed) return
    const server = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    keep(server)
    carry(client, server, up, (bytes) => (carried += bytes))
    carry(server, client, down)
  }

  function keep(socket: Socket): void {
    sockets.add(socket)
    // Why it ended is of no interest; that it did is told by its end.
    socket.on('error', () => {}).once('close', () => sockets.delete(socket))
  }

  return {
    url: `http://127.0.0.1:${own.port}`,
    get carried() {
      return carried
    },
    drop() {
      for (const socket of sockets) socket.resetAndDestroy()
    },
    async close() {
      const closed = once(listener, 'close')
      listener.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

function carry(from: Socket, to: Socket, lane: Lane, count: (bytes: number) => void = () => {}): void {
  let underWay = 0
  let delivered = Promise.resolve()
  from.on('data', (bytes: Buffer) => {
    const arrives = lane.arrivalOf(bytes.length, performance.now())
    count(bytes.length)
    underWay += bytes.length
    if (underWay > lane.room) from.pause()
    delivered = delivered.then(async () => {
      const left = arrives - performance.now()
      // Its connections keep the process alive; bytes on a link that was closed do not.
      if (left > 0) await sleep(left, undefined, { ref: false })
      // A side that does not read makes the other wait, as it would without the link.
      await new Promise<void>((resolve) => void to.write(bytes, () => resolve()))
      underWay -= bytes.length
      if (underWay <= lane.room) from.resume()
    })
  })
  from.once('end', () => void delivered.then(() => to.end()))
  from.once('close', () => {
    if (!from.readableEnded) to.destroy()
    // Whoever has gone takes nothing more: the other side is to learn it, behind what it was told before.
    else void delivered.then(() => to.destroySoon())
  })
}
