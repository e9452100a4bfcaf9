import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { createByteQueue, type ByteQueue } from './byte-queue.ts'
import { readBody, wholeBody } from './http-body.ts'
import { type LoggedRequest, readAnswer, readHead } from './request-log.ts'

/** What becomes of a request on its way: takes it where it goes, or not, and hands something back, or nothing. */
export type Passage = (trip: Trip) => Promise<void>

/** A request that has come as far as the proxy: its head is read, its body is on its way. */
export interface Trip {
  readonly request: LoggedRequest
  /** Ends when whoever asked has left. */
  readonly signal: AbortSignal
  /** The bytes of its body as they come, so many at a time at most. */
  body(most?: number): AsyncIterable<Buffer>
  whole(): Promise<Buffer>
  /** Takes no more of the body than it is asked for: whoever sends sees it stand still. */
  slacken(): void
  /**
   * Opens a connection to the server for it, and hands its head on.
   *
   * @param head the head as it is to be read there; only so many bytes of it when it is cut off in there
   * @param signal ends the connection; when whoever asked has left, if absent
   * @throws Error while there is no server
   */
  connect(head?: string, signal?: AbortSignal): Promise<Delivery>
  readonly head: string
  /** Hands an answer back, whole: the server's, or one that was made on the way. */
  answer(answer: Answer): void
  /** Resets its connection. */
  reset(): void
}

/** A request on its way from the proxy to the server. */
export interface Delivery {
  /** Hands bytes of the body on; resolves when they are on the wire, or never will be. */
  write(bytes: Uint8Array): Promise<void>
  /** What the server says; `undefined` if the connection ends before that. */
  readonly answer: Promise<Answer | undefined>
  readonly isOver: boolean
}

export interface Answer {
  /** Status line and headers, with the empty line. */
  readonly head: string
  readonly body: Buffer
  /** Whether it is known where it ends without the connection's end. */
  readonly isBounded: boolean
  /** Not the server's own: nothing in it counts as its word. */
  readonly made?: boolean
}

export interface FaultProxyOptions {
  /** Asked for each connection to the server, with the path of its request: where it goes; throws while there is no server. */
  readonly portFor: (path: string) => number
  /** What becomes of a request to the upload server. What else goes by (pages) is let through. */
  readonly passageFor: (request: LoggedRequest) => Passage
  /**
   * Whether connections carry one request after another. On one that was used before, a browser silently sends again what
   * was cut off (F03). Default: each carries one.
   */
  readonly keepAlive?: boolean
  /** Where it listens on 127.0.0.1; absent: any free port. */
  readonly port?: number
}

/** The way to a server on this machine, written down and broken. */
export interface FaultProxy {
  /** Its own address, which stays the same whatever becomes of the server. */
  readonly url: string
  readonly port: number
  /** All requests to the upload server so far. */
  readonly log: readonly LoggedRequest[]
  /** Resets every connection. */
  cut(): void
  close(): Promise<void>
}

// Those of upload servers, and of a video host that browsers send to.
const uploadPaths = /^\/(?:api|tus)\//

/** Opens the way to a server: byte by byte over sockets, so that it can break anywhere. */
export async function openFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const { portFor, passageFor, keepAlive = false } = options
  const log: LoggedRequest[] = []
  const sockets = new Set<Socket>()
  let events = 0

  const listener = createServer((client) => {
    keep(client)
    // It may be that there is no server; a client then sees what it sees of one that has just gone.
    serve(client).catch(() => client.resetAndDestroy())
  })
  listener.listen(options.port ?? 0, '127.0.0.1')
  await once(listener, 'listening')
  // A server that listens on a port has an address of this form.
  const { port } = listener.address() as AddressInfo

  function keep(socket: Socket): void {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
  }

  async function serve(client: Socket): Promise<void> {
    const queue = createByteQueue(client)
    for (let open = true; open;) {
      const head = await queue.takeHead()
      if (head === undefined) return
      open = await carry(client, queue, head)
    }
    client.end()
  }

  // Resolves to whether another request may follow on the connection.
  async function carry(client: Socket, queue: ByteQueue, head: string): Promise<boolean> {
    const read = readHead(head)
    const request: LoggedRequest = { ...read, began: ++events, sent: 0 }
    const ofUploads = uploadPaths.test(read.path)
    if (ofUploads) log.push(request)
    const left = new AbortController()
    const onClose = (): void => {
      request.ended = ++events
      left.abort()
    }
    client.once('close', onClose)
    const body = readBody(queue, read.headers)
    let goesOn = false
    const own = head.replace(/\r\nconnection:[^\r]*/i, '').replace(/\r\n\r\n$/, '\r\nConnection: close\r\n\r\n')
    await (ofUploads ? passageFor(request) : straight)({
      request,
      head: own,
      signal: left.signal,
      body: (most) => body.pieces(most),
      whole: () => wholeBody(body),
      slacken: queue.slacken,
      connect: (head = own, signal = left.signal) => reach(request, head, signal, (interim) => client.write(interim)),
      answer(answer) {
        // Written down before the client can act on it.
        const said = answer.made ? {} : readAnswer(answer.head + answer.body.toString('latin1'))
        Object.assign(request, said, { status: statusIn(answer.head), answered: ++events })
        goesOn = keepAlive && answer.isBounded
        client.write(goesOn ? answer.head.replace(/\r\nconnection:[^\r]*/i, '') : answer.head, 'latin1')
        client.write(answer.body)
      },
      reset: () => void client.resetAndDestroy(),
    })
    client.off('close', onClose)
    if (client.destroyed || !goesOn || !body.isWhole) {
      client.once('close', onClose)
      return false
    }
    request.ended = ++events
    return true
  }

  async function reach(
    request: LoggedRequest,
    head: string,
    signal: AbortSignal,
    onInterim: (head: string) => void,
  ): Promise<Delivery> {
    const server = connect(portFor(request.path), '127.0.0.1')
    keep(server)
    const end = (): void => void server.destroy()
    signal.addEventListener('abort', end)
    server.once('close', () => signal.removeEventListener('abort', end))
    if (signal.aborted) end()
    await once(server, 'connect')
    const queue = createByteQueue(server)
    const write = (bytes: Uint8Array): Promise<void> =>
      new Promise((resolve) => void server.write(bytes, () => resolve()))
    await write(Buffer.from(head, 'latin1'))
    return {
      async write(bytes) {
        request.sent += bytes.length
        await write(bytes)
      },
      answer: answerFrom(queue, request.method, onInterim),
      get isOver() {
        return server.destroyed
      },
    }
  }

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    log,
    cut() {
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

/** Lets a request through as it is. */
export const straight: Passage = (trip) => passOn(trip, trip.body())

/** Hands these bytes on as the body of a request, and its answer back as soon as there is one. */
export async function passOn(trip: Trip, body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
  const delivery = await trip.connect()
  // After an early answer the server still reads a while, so that no reset hides it (F16).
  await Promise.all([delivery.answer.then((answer) => handBack(trip, answer)), pour(body, delivery)])
}

/** Hands bytes on, one after the other, until the connection is over. */
export async function pour(body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, delivery: Delivery): Promise<void> {
  for await (const piece of body) {
    if (delivery.isOver) return
    await delivery.write(piece)
  }
}

export function handBack(trip: Trip, answer: Answer | undefined): void {
  if (answer) trip.answer(answer)
  else trip.reset()
}

async function answerFrom(
  queue: ByteQueue,
  method: string,
  onInterim: (head: string) => void,
): Promise<Answer | undefined> {
  for (;;) {
    const head = await queue.takeHead()
    if (head === undefined) return undefined
    const status = statusIn(head)
    if (status < 200) {
      onInterim(head)
      continue
    }
    const { headers } = readHead(head)
    if (method === 'HEAD' || status === 204 || status === 304) return { head, body: Buffer.alloc(0), isBounded: true }
    const body = readBody(queue, headers, true)
    const bytes = await wholeBody(body)
    return { head, body: bytes, isBounded: body.isWhole }
  }
}

const statusIn = (head: string): number => Number(head.split(' ', 2)[1])
