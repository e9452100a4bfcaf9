import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { courseOf, kindOf, type Fault } from '@chunkwise/testing'

import { labEndpoint } from '../../src/lab/state.ts'
import { forward, type Answer, type Bytes, type ForwardOptions } from './forward.ts'
import { paced } from './pace.ts'
import { rangeOf } from './range.ts'
import type { RequestLog } from './request-log.ts'
import type { ServerProcess } from './server-process.ts'
import type { Switchboard } from './switchboard.ts'

export interface WayOptions {
  readonly server: Pick<ServerProcess, 'port' | 'kill' | 'forget'>
  readonly switchboard: Pick<Switchboard, 'next'>
  readonly log: Pick<RequestLog, 'begin'>
}

// A request that is held back, and applied just before a later one.
interface Held {
  readonly due: number
  apply(): Promise<unknown>
}

/** The way to the upload server: each request is written down, and broken as is switched on. */
export function createWay({ server, switchboard, log }: WayOptions): RequestListener {
  const held = new Set<Held>()
  let count = 0

  async function travel(
    incoming: IncomingMessage,
    fault: Fault,
    way: Pick<ForwardOptions, 'port' | 'signal'>,
  ): Promise<Answer | undefined> {
    const { signal } = way
    // What stops reading in the middle breaks this connection itself, in its own time.
    const all: Bytes = incoming.iterator({ destroyOnReturn: false })
    const pass = (body: Bytes, cut?: ForwardOptions['cut']): Promise<Answer | undefined> =>
      forward(incoming, body, cut ? { ...way, cut } : way)
    const course = courseOf(fault)
    const { bytesPerSecond, upTo, turned, heldFor, downMs, answer } = course
    // Nobody takes the bytes meanwhile: they stand still on their way.
    if (course.waitMs > 0) await setTimeout(course.waitMs, undefined, { signal })
    if (course.forgotten) await server.forget(idIn(incoming.url ?? ''))
    if (typeof answer === 'object') {
      await buffer(incoming)
      return { ...answer, body: Buffer.from(answer.body) }
    }
    if (heldFor !== undefined) {
      const body = await buffer(incoming)
      const alone = new AbortController().signal
      const apply = async () => forward(incoming, [body], { port: server.port ?? way.port, signal: alone })
      held.add({ due: count + heldFor, apply })
      return undefined
    }
    if (course.arrives === 0) return undefined
    let given: Answer | undefined
    if (bytesPerSecond < Infinity) given = await pass(paced(all, bytesPerSecond, signal))
    else if (course.arrives === 2 || turned !== undefined) {
      const body = await buffer(incoming)
      const at = Math.min(turned ?? -1, body.length - 1)
      if (at >= 0) body.writeUInt8(body.readUInt8(at) ^ 1, at)
      if (course.arrives === 2) await pass([body])
      given = await pass([body])
    } else if (downMs !== undefined) {
      await pass(all, { after: upTo, before: () => server.kill(downMs) })
      // One that ended before so many bytes dies with it all the same; dead, it is not killed again.
      await server.kill(downMs)
    } else given = await pass(all, upTo < Infinity ? { after: upTo } : undefined)
    if (course.answerWaitMs > 0) await setTimeout(course.answerWaitMs, undefined, { signal })
    return answer === 'lost' ? undefined : given
  }

  async function release(): Promise<void> {
    const due = [...held].filter((each) => each.due <= count)
    for (const each of due) held.delete(each)
    // Whatever becomes of it, nobody waits for its answer.
    await Promise.allSettled(due.map(({ apply }) => apply()))
  }

  return (incoming, outgoing) => {
    const { method = 'GET', url = '/', headers, socket } = incoming
    const kind = kindOf(method, pathOf(url), labEndpoint)
    const { port } = server
    const fault: Fault = port === undefined ? { fault: 'ok' } : switchboard.next({ method, kind })
    const end = log.begin({ method, kind, range: rangeOf(headers), fault })
    const breakOff = (outcome: 'broken' | 'down'): void => {
      end({ outcome })
      socket.resetAndDestroy()
    }
    if (port === undefined) return breakOff('down')
    count += 1
    const left = new AbortController()
    outgoing.once('close', () => {
      if (outgoing.writableFinished) return
      end({ outcome: 'left' })
      left.abort()
    })
    release()
      .then(() => travel(incoming, fault, { port, signal: left.signal }))
      .then((answer) => {
        if (!answer) return breakOff('broken')
        // Before the page can act on it.
        end({ outcome: 'answered', status: answer.status })
        reply(answer, outgoing)
      })
      .catch(() => breakOff('broken'))
  }
}

const pathOf = (url: string): string => new URL(url, 'http://localhost').pathname
const idIn = (url: string): string => pathOf(url).replace(/\/$/, '').split('/').at(-1) ?? ''

// How this connection carries its bytes is its own business.
const ofConnections = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length'])

function reply({ status, headers, body }: Answer, outgoing: ServerResponse): void {
  const own = Object.entries(headers).filter(([name]) => !ofConnections.has(name.toLowerCase()))
  outgoing.writeHead(status, Object.fromEntries(own))
  outgoing.end(body)
}
