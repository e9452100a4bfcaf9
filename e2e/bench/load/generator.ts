import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { Load, LoadOutcome } from './load.ts'
import type { FromGenerator, ToGenerator } from './messages.ts'

/** A process of its own that sends uploads, so that what it costs is not counted as a server's. */
export interface Generator {
  /**
   * Sends uploads, one load at a time.
   *
   * @throws Error with what the server answered, if it was no success.
   */
  send(load: Load): Promise<LoadOutcome>
  /** Ends the process; resolves when it is gone. */
  stop(): Promise<void>
}

const sender = new URL('./generate.ts', import.meta.url)

/** Starts the process: that of uploads, unless told. */
export function startGenerator(entry = sender, env = process.env): Generator {
  const child = fork(entry, { execArgv: ['--import', 'tsx'], env })
  const gone = once(child, 'exit')
  return {
    async send(load) {
      const over = new AbortController()
      const { signal } = over
      const ended = once(child, 'exit', { signal }).then(([code]) => {
        throw new Error(`Cannot go on: the process that sends ended with ${String(code)}`)
      })
      try {
        child.send(load satisfies ToGenerator)
        const [message]: FromGenerator[] = await Promise.race([once(child, 'message', { signal }), ended])
        if (message && 'outcome' in message) return message.outcome
        throw new Error(message?.failure)
      } finally {
        over.abort()
        ended.catch(() => {})
      }
    },
    async stop() {
      if (child.connected) child.disconnect()
      await gone
    },
  }
}
