import { Agent, request, type ClientRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

/** What is asked of a server. */
export interface Question {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Pieces that are sent as they are, without being copied. */
  readonly body: readonly Uint8Array[]
}

/** What it answered. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** One connection, kept open from one request to the next. */
export interface Connection {
  /**
   * Asks, and waits for the whole answer.
   *
   * @throws Error that names the request, if the answer is no success.
   */
  ask(question: Question): Promise<Answer>
  close(): void
}

/** What is sent at once where it is slow, in bytes: about what a network brings at once. */
const morsel = 16 * 1024

/** Opens a connection to the server at an origin, which sends so many bytes in a second at most. */
export function openConnection(origin: string, rate = Infinity): Connection {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const { hostname, port } = new URL(origin)
  return {
    async ask({ method, path, headers, body }) {
      const length = body.reduce((sum, piece) => sum + piece.length, 0)
      const { status, ...answer } = await new Promise<Answer>((resolve, reject) => {
        const asking = request({
          ...{ agent, hostname, port, method, path },
          headers: { ...headers, 'Content-Length': length },
        })
        asking.once('error', reject)
        asking.once('response', (response) => {
          const { statusCode = 0, headers } = response
          text(response).then((text) => resolve({ status: statusCode, headers, text }), reject)
        })
        if (rate === Infinity) {
          for (const piece of body) asking.write(piece)
          asking.end()
        } else void sendSlowly(asking, body, rate).catch(reject)
      })
      // 308: a chunk that was not the last one, as Google's protocol has it.
      if ((status >= 200 && status < 300) || status === 308) return { status, ...answer }
      throw new Error(`Cannot go on: ${method} ${path} was answered with ${status}: ${answer.text.slice(0, 500)}`)
    },
    close: () => agent.destroy(),
  }
}

async function sendSlowly(asking: ClientRequest, body: readonly Uint8Array[], rate: number): Promise<void> {
  const began = performance.now()
  let sent = 0
  for (const piece of body)
    for (let at = 0; at < piece.length; at += morsel) {
      const bytes = piece.subarray(at, at + morsel)
      asking.write(bytes)
      sent += bytes.length
      await sleep(Math.max(0, (sent / rate) * 1000 - (performance.now() - began)))
    }
  asking.end()
}
