import { setTimeout } from 'node:timers/promises'
import { type Course, courseOf, createPlay, kindOf, type Script, type Substitute } from '@chunkwise/testing'
import { type Answer, handBack, type Passage, pour, type Trip } from './fault-proxy.ts'
import type { LoggedRequest } from './request-log.ts'

/** What a script can do to a server, besides what it does to requests. */
export interface ScriptedServer {
  /** Lets it forget an upload, as if that had expired. */
  forget(id: string): Promise<void>
  /**
   * Kills it, and starts it again so many milliseconds later; resolves when it is dead. Absent where others use it too: then
   * only the connection breaks.
   */
  kill?(backInMs: number): Promise<void>
}

/** A script that is played on the way to a server. */
export interface ScriptedWay {
  passageFor(request: LoggedRequest): Passage
  /** Lets what is held on its way arrive now (`late`). */
  release(): Promise<void>
}

interface Held {
  readonly due: number
  arrive(): Promise<unknown>
}

/**
 * Plays a script on the way to a server: the same one that the mock and the model play.
 *
 * @param pace how many times faster than it says time goes in it
 * @throws TypeError for a script that cannot be read, naming the entry.
 */
export function scriptedWay(script: Script, server: ScriptedServer, pace = 1): ScriptedWay {
  const play = createPlay(script)
  const held = new Set<Held>()
  let count = 0

  async function release(upTo: number): Promise<void> {
    const due = [...held].filter((each) => each.due <= upTo)
    for (const each of due) held.delete(each)
    // Whatever becomes of it, nobody waits for its answer.
    await Promise.allSettled(due.map(({ arrive }) => arrive()))
  }

  const wait = async (ms: number, { signal }: Trip): Promise<void> => {
    if (ms > 0) await setTimeout(ms / pace, undefined, { signal })
  }

  async function travel(course: Course, trip: Trip, number: number): Promise<void> {
    const { waitMs, answerWaitMs, heldFor, downMs, answer } = course
    await wait(waitMs, trip)
    if (course.forgotten) await server.forget(idIn(trip.request))
    if (heldFor !== undefined) {
      const body = await trip.whole()
      held.add({ due: number + heldFor, arrive: () => deliver(trip, [body], new AbortController().signal) })
      return trip.reset()
    }
    if (typeof answer === 'object') {
      await trip.whole()
      return trip.answer(madeOf(answer))
    }
    const { kill = async () => trip.reset() } = server
    const breakOff = async (): Promise<void> => (downMs === undefined ? trip.reset() : kill(downMs))
    const given = await arrive(course, trip, breakOff)
    // One that ended before so many bytes dies with it all the same; dead, it is not killed again.
    if (downMs !== undefined) await breakOff()
    await wait(answerWaitMs, trip)
    handBack(trip, answer === 'lost' ? undefined : given)
  }

  // Gives back the last answer of the server, if there is one.
  async function arrive(course: Course, trip: Trip, breakOff: () => Promise<void>): Promise<Answer | undefined> {
    const { arrives, turned, bytesPerSecond, upTo } = course
    if (arrives === 0) return undefined
    if (bytesPerSecond < Infinity) return deliver(trip, paced(trip, bytesPerSecond * pace))
    if (arrives === 1 && turned === undefined) return deliver(trip, until(upTo, trip.body(), breakOff))
    const body = await trip.whole()
    if (turned !== undefined && body.length > 0) turn(body, Math.min(turned, body.length - 1))
    for (let left = arrives; left > 1; left -= 1) await deliver(trip, [body])
    return deliver(trip, [body])
  }

  return {
    passageFor(request) {
      const { method, path } = request
      const fault = play.next({ method, kind: kindOf(method, path, '/api/uploads/') })
      request.fault = fault.fault
      count += 1
      const number = count
      return async (trip) => {
        await release(number)
        await travel(courseOf(fault), trip, number)
      }
    },
    release: () => release(Infinity),
  }
}

const idIn = ({ path }: LoggedRequest): string => path.replace(/\/$/, '').split('/').at(-1) ?? ''

/** Sends a request on with this body. Its answer may come before all of that is out; without one it does not wait for any. */
async function deliver(
  trip: Trip,
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  signal: AbortSignal = trip.signal,
): Promise<Answer | undefined> {
  const delivery = await trip.connect(trip.head, signal)
  const poured = pour(body, delivery)
  return Promise.race([delivery.answer, poured.then(() => delivery.answer)])
}

function turn(bytes: Buffer, at: number): void {
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
}

/** The body of a request at this pace; whoever sends it sees it go out as slowly. */
export async function* paced(trip: Trip, bytesPerSecond: number): AsyncGenerator<Buffer, void> {
  trip.slacken()
  for await (const piece of trip.body(Math.ceil(bytesPerSecond / 20))) {
    await setTimeout((piece.length / bytesPerSecond) * 1000, undefined, { signal: trip.signal })
    yield piece
  }
}

/** So many bytes of a body at most, and then what happens there. */
export async function* until(
  count: number,
  body: AsyncIterable<Buffer>,
  breakOff: () => Promise<void>,
): AsyncGenerator<Buffer, void> {
  let left = count
  if (left === 0) return breakOff()
  for await (const piece of body) {
    const part = piece.subarray(0, left)
    left -= part.length
    yield part
    if (left === 0) return breakOff()
  }
}

/** An answer that was made on the way. */
export function madeOf({ status, headers, body }: Substitute): Answer {
  const bytes = Buffer.from(body)
  const lines = Object.entries({ ...headers, 'Content-Length': String(bytes.length) })
  const head = [`HTTP/1.1 ${status} Made on the way`, ...lines.map(([name, value]) => `${name}: ${value}`), '', '']
  return { head: head.join('\r\n'), body: bytes, isBounded: true, made: true }
}
