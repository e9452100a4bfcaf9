import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** What stands before several nodes, and knows of no sessions. */
export interface Balancer {
  readonly port: number
  close(): Promise<void>
}

/** Passes each connection on to the next node that listens. */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  const sockets = new Set<Socket>()
  let turn = 0

  async function reach(): Promise<Socket | undefined> {
    for (let tried = 0; tried < ports.length; tried += 1) {
      const socket = connect(ports[turn++ % ports.length] ?? 0, '127.0.0.1')
      const listens = await new Promise<boolean>((resolve) => {
        socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
      })
      if (listens) return socket
    }
    return undefined
  }

  const server = createServer({ pauseOnConnect: true }, (client) => {
    const both = (node: Socket | undefined): void => {
      if (!node) {
        client.resetAndDestroy()
        return
      }
      for (const [one, other] of [
        [client, node],
        [node, client],
      ] as const) {
        sockets.add(one)
        one
          .on('error', () => other.resetAndDestroy())
          .on('close', () => {
            sockets.delete(one)
            other.destroy()
          })
        one.pipe(other)
      }
    }
    client.on('error', () => {})
    reach().then(both, () => client.resetAndDestroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The balancer listens on no port')
  return {
    port: address.port,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
