import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'

import { labEndpoint, untilOff, type LabState } from '../../src/lab/state.ts'
import { entryOf } from '../../src/lab/switch-entries.ts'
import { createRequestLog } from './request-log.ts'
import type { ServerProcess } from './server-process.ts'
import { createSwitchboard } from './switchboard.ts'
import { createWay } from './way.ts'

/** Where the laboratory's page finds its server. */
export const labPath = '/lab/'

/** An upload server of its own behind a way that breaks on request, and what is told of both. */
export interface Lab {
  /** Answers what is under {@link labPath}. */
  readonly listen: RequestListener
  close(): Promise<void>
}

// Often enough to look alive.
const tellMs = 100

// Bytes per second.
const usualPace = 4_000_000

/**
 * Sets a laboratory up; its upload server is started with the first request. Only for a demo on the person's own machine: it
 * asks nobody who they are.
 *
 * - `/lab/api/uploads/`: uploads
 * - `GET /lab/state`: a {@link LabState} after each change, as server-sent events
 * - `PUT /lab/switches/NAME`: switches a fault on: an entry of a fault script as JSON; `DELETE` switches it off
 * - `DELETE /lab/requests`: forgets the requests so far
 *
 * What changes something is no simple request in the sense of CORS, so that no other site can make a browser send it.
 *
 * @param start makes the upload server; `onChange` is to be called when it has died or is back
 * @param otherwise answers what is under another path
 */
export function createLab(start: (onChange: () => void) => ServerProcess, otherwise: RequestListener): Lab {
  const listeners = new Set<ServerResponse>()
  let telling: NodeJS.Timeout | undefined

  const server = start(changed)
  const log = createRequestLog(changed)
  const switchboard = createSwitchboard()
  const way = createWay({ server, log, switchboard })
  // On one machine all would be over before anybody has seen it.
  switchboard.switchOn('slow', entryOf('slow', usualPace, untilOff))

  function changed(): void {
    telling ??= setTimeout(() => {
      telling = undefined
      for (const listener of listeners) tell(listener)
    }, tellMs)
  }

  function tell(response: ServerResponse): void {
    const { process, kills } = server
    const state: LabState = {
      ...{ requests: log.requests, switches: switchboard.on, server: { process, kills }, now: Date.now() },
    }
    response.write(`data: ${JSON.stringify(state)}\n\n`)
  }

  function listenIn(response: ServerResponse): void {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
    listeners.add(response)
    response.once('close', () => listeners.delete(response))
    tell(response)
  }

  async function turn(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'DELETE') switchboard.switchOff(name)
    else if (request.method === 'PUT') switchboard.switchOn(name, await json(request))
    else return void response.writeHead(405, { Allow: 'PUT, DELETE' }).end()
    changed()
    response.writeHead(204).end()
  }

  async function answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, name] = /^\/lab\/switches\/([a-z]+)$/.exec(path) ?? []
    if (name !== undefined) return turn(name, request, response)
    if (path === `${labPath}requests` && request.method === 'DELETE') {
      log.clear()
      return void response.writeHead(204).end()
    }
    if (path !== `${labPath}state` && !path.startsWith(labEndpoint)) return otherwise(request, response)
    await server.open()
    if (path === `${labPath}state`) listenIn(response)
    else way(request, response)
  }

  return {
    listen(request, response) {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost')
      answer(pathname, request, response).catch((error: unknown) => {
        // What is no entry of a script is the page's fault; that there is no server, ours.
        const status = error instanceof TypeError || error instanceof SyntaxError ? 400 : 500
        const text = error instanceof Error ? error.message : String(error)
        if (!response.headersSent) response.writeHead(status, { 'Content-Type': 'text/plain' })
        response.end(`${text}\n`)
      })
    },
    async close() {
      clearTimeout(telling)
      for (const listener of listeners) listener.end()
      await server.close()
    },
  }
}
