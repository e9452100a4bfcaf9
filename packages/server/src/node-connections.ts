import type { Server } from 'node:http'
import { peerOf } from './peer.ts'

/** The connections of a server. */
export interface Connections {
  /** How many there are. */
  readonly open: number
}

/**
 * Counts the connections of a server, and ends at once what one address opens beyond `perAddress`: so that nobody can hold all
 * of them (S20).
 */
export function countConnections(server: Server, perAddress: number): Connections {
  const peers = new Map<string, number>()
  let open = 0
  server.on('connection', (socket) => {
    const peer = peerOf(socket.remoteAddress) ?? ''
    const count = (peers.get(peer) ?? 0) + 1
    if (count > perAddress) {
      socket.destroy()
      return
    }
    open += 1
    peers.set(peer, count)
    socket.once('close', () => {
      open -= 1
      const left = (peers.get(peer) ?? 1) - 1
      if (left === 0) peers.delete(peer)
      else peers.set(peer, left)
    })
  })
  return {
    get open() {
      return open
    },
  }
}
