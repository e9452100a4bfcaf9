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
  /** The first chunk that carries the byte at this offset of its file arrives with another one in its place. */
  damageAt(offset: number): void
  /** Resets every connection. */
  cut(): void
  /**
   * The first chunk that carries the byte at this offset of its file is let through twice, as proxies and browsers do:
   * both at once, or one after the other. The browser hears the second answer.
   */
  sendTwiceAt(offset: number, when: 'at once' | 'in a row'): void
  /** The answer that the server gives next is lost on its way: the connection is reset. */
  loseNextAnswer(): void
  /** The next request of this method (and with this in its path) gets no answer though the server has given one: its connection is reset. */
  loseAnswerTo(method: string, inPath?: string): void
  close(): Promise<void>
}

// What happens to the first connection that comes to a place in its file; its bytes go on when it resolves.
interface Fault {
  readonly offset: number
  apply(browser: Socket, pass: Pass): Promise<void>
}

// Hands on so many of the bytes that have come, changed.
type Pass = (count: number, change: (bytes: Buffer) => Uint8Array) => void

const lastPiece = Buffer.from('0\r\n\r\n')

/**
 * Opens the way to a server on this machine. Each connection carries one request: on one that was used before, a browser
 * would silently send again what was cut off (F03).
 *
 * @param portFor asked for each connection, with the path of its request: where it goes; throws while there is no server
 */
export async function openNetwork(portFor: (path: string) => number): Promise<Network> {
  const log: LoggedRequest[] = []
  const faults = new Set<Fault>()
  const losses: ((request: LoggedRequest) => boolean)[] = []
  const repeats = new Map<number, 'at once' | 'in a row'>()
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
    const read = readHead(head)
    const request = record(read)
    browser.on('close', () => {
      if (request) request.ended = ++events
    })
    const reach = (): Promise<Socket> => connectFor(browser, portFor(read.path))
    const own = head.replace(/\r\nconnection:[^\r]*/i, '').replace(/\r\n\r\n$/, '\r\nConnection: close\r\n\r\n')
    const repeat = repeatFor(request)
    if (repeat) {
      const whole = Buffer.concat([Buffer.from(own, 'latin1'), await bodyOf(queue, read)])
      const first = (await reach()).resume()
      first.write(whole)
      if (repeat === 'in a row') await once(first, 'close')
      const second = await reach()
      handBack(second, browser, request)
      second.write(whole)
      return
    }
    const server = await reach()
    server.on('close', () => {
      queue.end()
      if (!browser.writableEnded) browser.resetAndDestroy()
    })
    handBack(server, browser, request)
    server.write(own)
    await handOn(queue, browser, server, request)
  }

  async function connectFor(browser: Socket, port: number): Promise<Socket> {
    const server = connect(port, '127.0.0.1')
    keep(server)
    browser.on('close', () => server.destroy())
    await once(server, 'connect')
    return server
  }

  function repeatFor(request: LoggedRequest | undefined): 'at once' | 'in a row' | undefined {
    const { start = 0, end = -1 } = request?.range ?? {}
    const [offset, when] = [...repeats].find(([at]) => at >= start && at <= end) ?? [-1]
    repeats.delete(offset)
    return when
  }

  async function bodyOf(queue: ByteQueue, { headers }: ReturnType<typeof readHead>): Promise<Buffer> {
    const length = headers.get('content-length')
    // A body without a length says by an empty piece that it is at its end.
    const isWhole = (body: Buffer): boolean =>
      length === undefined ? body.subarray(-5).equals(lastPiece) : body.length === Number(length)
    let body: Buffer = Buffer.alloc(0)
    while (!isWhole(body)) {
      const ready = await queue.ready()
      if (ready === 0) throw new Error('The browser has ended a request that was to be sent twice')
      body = Buffer.concat([body, queue.take(ready)])
    }
    return body
  }

  function record(read: ReturnType<typeof readHead>): LoggedRequest | undefined {
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
    const pass: Pass = (count, change) => {
      const bytes = queue.take(count)
      if (request) request.sent += bytes.length
      server.write(change(bytes))
    }
    for (;;) {
      const ready = await queue.ready()
      if (ready === 0 || browser.destroyed || server.destroyed) return
      const left = distance(request, ready)
      if (left?.bytes === 0) {
        faults.delete(left.fault)
        await left.fault.apply(browser, pass)
        continue
      }
      pass(left?.bytes ?? ready, (bytes) => bytes)
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
      const lost = losses.findIndex((isMeant) => request !== undefined && isMeant(request))
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

  function newFault(offset: number, apply: Fault['apply']): void {
    if (!Number.isSafeInteger(offset)) throw new RangeError(`Expected a whole number as offset, got ${offset}`)
    faults.add({ offset, apply })
  }

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
    damageAt: (offset) => newFault(offset, async (_, pass) => pass(1, (bytes) => bytes.map((byte) => byte ^ 0xff))),
    cut() {
      for (const socket of sockets) socket.resetAndDestroy()
    },
    sendTwiceAt: (offset, when) => void repeats.set(offset, when),
    loseNextAnswer: () => void losses.push(() => true),
    loseAnswerTo: (method, inPath = '') =>
      void losses.push((request) => request.method === method && request.path.includes(inPath)),
    async close() {
      const closed = once(listener, 'close')
      listener.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
