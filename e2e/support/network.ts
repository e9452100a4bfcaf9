import { once } from 'node:events'
import { createServer, connect, type AddressInfo, type Socket } from 'node:net'
import { createByteQueue, type ByteQueue } from './byte-queue.ts'
import { type LoggedRequest, readAnswer, readHead } from './request-log.ts'

/** A place in a file at which the bytes on their way to the server are stopped. */
export interface Hold {
  /** Whether a request has come there. */
  readonly isReached: boolean
  /** Lets them go on. */
  release(): void
}

/** The way between a browser and the server: written down, and broken on request. */
export interface Network {
  /** Its own address, which stays the same whatever becomes of the server. */
  readonly url: string
  /** All requests to the upload server so far. */
  readonly log: readonly LoggedRequest[]
  /** Stops the first chunk that carries the byte at this offset of its file right before that byte. */
  holdAt(offset: number): Hold
  /** Resets the first connection that carries the byte at this offset of its file right before that byte. */
  cutAt(offset: number): void
  /** Resets every connection. */
  cut(): void
  /** The next request of this method gets no answer though the server has given one: its connection is reset. */
  loseAnswerTo(method: string): void
  close(): Promise<void>
}

// What happens to the first connection that comes to a place in its file; its bytes go on when it resolves.
interface Fault {
  readonly offset: number
  apply(browser: Socket): Promise<void>
}

/**
 * Opens the way to a server on this machine. Each connection carries one request: on one that was used before, a browser
 * would silently send again what was cut off (F03).
 *
 * @param serverPort asked for each connection; throws while there is no server
 */
export async function openNetwork(serverPort: () => number): Promise<Network> {
  const log: LoggedRequest[] = []
  const faults = new Set<Fault>()
  const losses: string[] = []
  const sockets = new Set<Socket>()
  let events = 0

  const listener = createServer((browser) => {
    keep(browser)
    // It may be that there is no server; a browser then sees what it sees of one that has just gone.
    carry(browser).catch(() => browser.resetAndDestroy())
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  // A server that listens on a port has an address of this form.
  const { port } = listener.address() as AddressInfo

  function keep(socket: Socket): void {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
  }

  async function carry(browser: Socket): Promise<void> {
    const queue = createByteQueue(browser)
    const head = await queue.takeHead()
    if (head === undefined) return
    const request = record(head)
    browser.on('close', () => {
      if (request) request.ended = ++events
    })
    const server = connect(serverPort(), '127.0.0.1')
    keep(server)
    browser.on('close', () => server.destroy())
    await once(server, 'connect')
    server.on('close', () => {
      queue.end()
      if (!browser.writableEnded) browser.resetAndDestroy()
    })
    handBack(server, browser, request)
    server.write(head.replace(/\r\nconnection:[^\r]*/i, '').replace(/\r\n\r\n$/, '\r\nConnection: close\r\n\r\n'))
    await handOn(queue, browser, server, request)
  }

  function record(head: string): LoggedRequest | undefined {
    const read = readHead(head)
    if (!read.path.startsWith('/api/')) return undefined
    const request: LoggedRequest = { ...read, began: ++events, sent: 0 }
    log.push(request)
    return request
  }

  async function handOn(
    queue: ByteQueue,
    browser: Socket,
    server: Socket,
    request: LoggedRequest | undefined,
  ): Promise<void> {
    for (;;) {
      const ready = await queue.ready()
      if (ready === 0 || browser.destroyed || server.destroyed) return
      const left = distance(request, ready)
      if (left?.bytes === 0) {
        faults.delete(left.fault)
        await left.fault.apply(browser)
        continue
      }
      const bytes = queue.take(left?.bytes ?? ready)
      if (request) request.sent += bytes.length
      server.write(bytes)
    }
  }

  // How many of the bytes at hand lie before the place where something happens. The form around a file's bytes is counted
  // among them: some hundred bytes more or less do not matter.
  function distance(request: LoggedRequest | undefined, ready: number): { fault: Fault; bytes: number } | undefined {
    if (!request?.range) return undefined
    const { start, end } = request.range
    const at = start + request.sent
    const fault = [...faults].find(({ offset }) => offset >= at && offset < at + ready && offset <= end)
    return fault && { fault, bytes: fault.offset - at }
  }

  function handBack(server: Socket, browser: Socket, request: LoggedRequest | undefined): void {
    let text = ''
    server.on('data', (bytes: Buffer) => {
      const lost = losses.indexOf(request?.method ?? '')
      if (lost >= 0) {
        losses.splice(lost, 1)
        browser.resetAndDestroy()
        return
      }
      // Written down before the browser can act on it; answers here are small, and come in a piece or two.
      text += bytes.toString('latin1')
      if (request) Object.assign(request, readAnswer(text), { answered: ++events })
      browser.write(bytes)
    })
    server.on('end', () => browser.end())
  }

  const newFault = (offset: number, apply: Fault['apply']): void => void faults.add({ offset, apply })

  return {
    url: `http://127.0.0.1:${port}`,
    log,
    holdAt(offset) {
      let isReached = false
      let release = (): void => {}
      const released = new Promise<void>((resolve) => (release = resolve))
      newFault(offset, async () => {
        isReached = true
        await released
      })
      return {
        release,
        get isReached() {
          return isReached
        },
      }
    },
    cutAt: (offset) => newFault(offset, async (browser) => void browser.resetAndDestroy()),
    cut() {
      for (const socket of sockets) socket.resetAndDestroy()
    },
    loseAnswerTo: (method) => void losses.push(method),
    async close() {
      const closed = once(listener, 'close')
      listener.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
