import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { type Answer, handBack, type Passage, passOn, pour, straight, type Trip } from '../support/fault-proxy.ts'
import { madeOf, paced, until } from '../support/fault-script.ts'

// What middleboxes do that no script has a word for.

/** Breaks off inside the head, when so many bytes of it are on the wire. */
export const cutInHead =
  (bytes: number): Passage =>
  async (trip) => {
    await trip.connect(trip.head.slice(0, bytes))
    trip.reset()
  }

const untilLeft = async ({ signal }: Trip): Promise<void> => {
  if (!signal.aborted) await once(signal, 'abort')
}

/** After so many bytes of the body nothing moves any more; the server learns when whoever asked gives up. */
export const stallAfter =
  (bytes: number): Passage =>
  (trip) =>
    passOn(
      trip,
      until(bytes, trip.body(), () => untilLeft(trip)),
    )

/** The same, and neither side learns anything of the other any more, as when an address is gone. */
export const vanishAfter =
  (bytes: number): Passage =>
  async (trip) => {
    const never = new AbortController().signal
    trip.slacken()
    const delivery = await trip.connect(trip.head, never)
    await pour(
      until(bytes, trip.body(), async () => {}),
      delivery,
    )
    await untilLeft(trip)
  }

/** The server has answered, and the answer stands still on its way. */
export const withholdAnswer: Passage = async (trip) => {
  const delivery = await trip.connect()
  await pour(trip.body(), delivery)
  await delivery.answer
  await untilLeft(trip)
}

/** Whoever asked is cut off after so many bytes, and the rest still comes: when `released` resolves. */
export const zombieAfter =
  (bytes: number, released: Promise<void>): Passage =>
  async (trip) => {
    const body = await trip.whole()
    const delivery = await trip.connect(trip.head, new AbortController().signal)
    await delivery.write(body.subarray(0, bytes))
    trip.reset()
    await released
    await delivery.write(body.subarray(bytes))
    await delivery.answer
  }

/** Refuses a body over a limit: with 413, or with a reset before that is through (F16). */
export const limitedTo =
  (limit: number, how: 'told' | 'hidden'): Passage =>
  async (trip) => {
    const size = Number(trip.request.headers.get('content-length') ?? 0)
    if (size <= limit) return straight(trip)
    if (how === 'hidden') return trip.reset()
    await trip.whole()
    trip.answer(madeOf({ status: 413, headers: {}, body: '<title>Request Entity Too Large</title>' }))
  }

/** Cuts off what takes longer. */
export const timed =
  (ms: number, passage: Passage): Passage =>
  async (trip) => {
    const timer = globalThis.setTimeout(trip.reset, ms)
    try {
      await passage(trip)
    } finally {
      clearTimeout(timer)
    }
  }

/** So fast, as far as whoever sends sees. */
export const throttled =
  (bytesPerSecond: number): Passage =>
  (trip) =>
    passOn(trip, paced(trip, bytesPerSecond))

/** Takes a body whole before it sends it on, and then as slowly (F23). */
export const buffered =
  (bytesPerSecond: number): Passage =>
  async (trip) => {
    const body = await trip.whole()
    await passOn(trip, slowly(body, bytesPerSecond, trip.signal))
  }

async function* slowly(body: Buffer, bytesPerSecond: number, signal: AbortSignal): AsyncGenerator<Buffer, void> {
  const size = Math.ceil(bytesPerSecond / 20)
  for (let at = 0; at < body.length; at += size) {
    await setTimeout(50, undefined, { signal })
    yield body.subarray(at, at + size)
  }
}

/** Sends a body on in pieces without telling its length (F25). */
export const rechunked: Passage = async (trip) => {
  if (Number(trip.request.headers.get('content-length') ?? 0) === 0) return straight(trip)
  const head = trip.head.replace(/\r\ncontent-length:[^\r]*/i, '\r\nTransfer-Encoding: chunked')
  const delivery = await trip.connect(head)
  await Promise.all([delivery.answer.then((answer) => handBack(trip, answer)), pour(inPieces(trip.body()), delivery)])
}

async function* inPieces(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  for await (const piece of body) {
    yield Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')])
  }
  yield Buffer.from('0\r\n\r\n')
}

/** A cache that keeps what it must not: any answer to GET, though the server forbids it. It yields to whoever wants none. */
export function rudeCache(): { readonly passage: Passage; readonly hits: () => number } {
  const kept = new Map<string, Answer>()
  let hits = 0
  return {
    hits: () => hits,
    async passage(trip) {
      const { method, path, headers } = trip.request
      const refused = /no-store|no-cache/.test(`${headers.get('cache-control')}${headers.get('pragma')}`)
      const known = method === 'GET' && !refused ? kept.get(path) : undefined
      if (known) {
        hits += 1
        return trip.answer(known)
      }
      const delivery = await trip.connect()
      await pour(trip.body(), delivery)
      const answer = await delivery.answer
      if (answer && method === 'GET') kept.set(path, answer)
      handBack(trip, answer)
    },
  }
}
