import { handBack, openFaultProxy, type Passage, pour, type Trip } from './fault-proxy.ts'
import type { LoggedRequest } from './request-log.ts'

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

// What happens to the first request that comes to a place in its file: with the bytes from there on, of which it gives back
// those that go on.
interface Fault {
  readonly offset: number
  apply(trip: Trip, bytes: Buffer): Promise<Uint8Array | undefined>
}

/**
 * Opens the way to a server on this machine. Each connection carries one request: on one that was used before, a browser
 * would silently send again what was cut off (F03).
 *
 * @param portFor asked for each connection, with the path of its request: where it goes; throws while there is no server
 */
export async function openNetwork(portFor: (path: string) => number): Promise<Network> {
  const faults = new Set<Fault>()
  const losses: ((request: LoggedRequest) => boolean)[] = []
  const repeats = new Map<number, 'at once' | 'in a row'>()
  const proxy = await openFaultProxy({ portFor, passageFor })

  function passageFor(request: LoggedRequest): Passage {
    const repeat = repeatFor(request)
    return repeat ? (trip) => twice(trip, repeat) : broken
  }

  function repeatFor(request: LoggedRequest): 'at once' | 'in a row' | undefined {
    const { start = 0, end = -1 } = request.range ?? {}
    const [offset, when] = [...repeats].find(([at]) => at >= start && at <= end) ?? [-1]
    repeats.delete(offset)
    return when
  }

  async function broken(trip: Trip): Promise<void> {
    const delivery = await trip.connect()
    const answered = async (): Promise<void> => {
      const answer = await delivery.answer
      const lost = losses.findIndex((isMeant) => isMeant(trip.request))
      if (lost >= 0) losses.splice(lost, 1)
      handBack(trip, lost >= 0 ? undefined : answer)
    }
    await Promise.all([answered(), pour(disturbed(trip), delivery)])
  }

  async function* disturbed(trip: Trip): AsyncGenerator<Uint8Array, void> {
    for await (let bytes of trip.body()) {
      for (let place; (place = placeIn(trip.request, bytes.length));) {
        if (place.at > 0) yield bytes.subarray(0, place.at)
        faults.delete(place.fault)
        const rest = await place.fault.apply(trip, bytes.subarray(place.at))
        if (rest === undefined) return
        bytes = Buffer.from(rest)
      }
      yield bytes
    }
  }

  // The place where something happens, among the bytes at hand. The form around a file's bytes is counted among them: some
  // hundred bytes more or less do not matter.
  function placeIn(request: LoggedRequest, ready: number): { fault: Fault; at: number } | undefined {
    if (!request.range) return undefined
    const { start, end } = request.range
    const from = start + request.sent
    const fault = [...faults].find(({ offset }) => offset >= from && offset < from + ready && offset <= end)
    return fault && { fault, at: fault.offset - from }
  }

  function newFault(offset: number, apply: Fault['apply']): void {
    if (!Number.isSafeInteger(offset)) throw new RangeError(`Expected a whole number as offset, got ${offset}`)
    faults.add({ offset, apply })
  }

  return {
    url: proxy.url,
    log: proxy.log,
    holdAt(offset) {
      let isReached = false
      let release = (): void => {}
      const released = new Promise<void>((resolve) => (release = resolve))
      newFault(offset, async (_, bytes) => {
        isReached = true
        await released
        return bytes
      })
      return {
        release,
        get isReached() {
          return isReached
        },
      }
    },
    cutAt: (offset) => newFault(offset, async (trip) => void trip.reset()),
    damageAt: (offset) => newFault(offset, async (_, bytes) => bytes.with(0, (bytes[0] ?? 0) ^ 0xff)),
    cut: proxy.cut,
    sendTwiceAt: (offset, when) => void repeats.set(offset, when),
    loseNextAnswer: () => void losses.push(() => true),
    loseAnswerTo: (method, inPath = '') =>
      void losses.push((request) => request.method === method && request.path.includes(inPath)),
    close: proxy.close,
  }
}

async function twice(trip: Trip, when: 'at once' | 'in a row'): Promise<void> {
  const body = await trip.whole()
  const first = await trip.connect()
  await first.write(body)
  if (when === 'in a row') await first.answer
  const second = await trip.connect()
  await second.write(body)
  handBack(trip, await second.answer)
}
