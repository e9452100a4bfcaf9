import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { kindOf, type Fault } from '@chunkwise/testing'

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
    switch (fault.fault) {
      case 'ok':
        return pass(all)
      case 'drop':
        return undefined
      case 'cut':
        await pass(all, fault)
        return undefined
      case 'lost':
        await pass(all)
        return undefined
      case 'duplicate': {
        const body = await buffer(incoming)
        await pass([body])
        return pass([body])
      }
      case 'delay': {
        // Nobody takes the bytes meanwhile: they stand still on their way.
        if (fault.what !== 'answer') await setTimeout(fault.ms, undefined, { signal })
        const answer = await pass(all)
        if (fault.what === 'answer') await setTimeout(fault.ms, undefined, { signal })
        return answer
      }
      case 'slow':
        return pass(paced(all, fault.bytesPerSecond, signal))
      case 'late': {
        const body = await buffer(incoming)
        const alone = new AbortController().signal
        const apply = async () => forward(incoming, [body], { port: server.port ?? way.port, signal: alone })
        held.add({ due: count + (fault.before ?? 1), apply })
        return undefined
      }
      case 'status':
        await buffer(incoming)
        return inBetween(fault)
      case 'html':
        await buffer(incoming)
        return inBetween({ fault: 'status', status: 200, body: '<!doctype html><title>Sign in</title>' })
      case 'corrupt': {
        const body = await buffer(incoming)
        const at = Math.min(fault.byte, body.length - 1)
        if (at >= 0) body.writeUInt8(body.readUInt8(at) ^ 1, at)
        return pass([body])
      }
      case 'gone':
        await server.forget(idIn(incoming.url ?? ''))
        return pass(all)
      case 'kill':
        await pass(all, { after: fault.after, before: () => server.kill(fault.ms) })
        // One that ended before so many bytes dies with it all the same; dead, it is not killed again.
        await server.kill(fault.ms)
        return undefined
    }
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

function inBetween({ status, headers, body }: Extract<Fault, { fault: 'status' }>): Answer {
  const text = typeof body === 'string'
  const bytes = body === undefined ? '' : text ? body : JSON.stringify(body)
  const type = body === undefined ? {} : { 'content-type': text ? 'text/html' : 'application/json' }
  return { status, headers: { ...type, ...headers }, body: Buffer.from(bytes) }
}

// How this connection carries its bytes is its own business.
const ofConnections = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length'])

function reply({ status, headers, body }: Answer, outgoing: ServerResponse): void {
  const own = Object.entries(headers).filter(([name]) => !ofConnections.has(name.toLowerCase()))
  outgoing.writeHead(status, Object.fromEntries(own))
  outgoing.end(body)
}
