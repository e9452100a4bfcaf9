import type { DuplicableRedisClient } from '../redis-client.ts'
import { readMessage, type LockMessage } from './redis-messages.ts'

/** Somebody who listens for a lock to become free. */
export interface Listening {
  /** Resolves when it was said to be free, and after the time that was given at the latest. */
  readonly over: Promise<void>
  end(): void
}

/** What nodes tell each other. A message may be lost: whoever waits for one asks again now and then. */
export interface LockChannel {
  /** Listens from now on, for `ms` at most. */
  listen(id: string, ms: number): Listening
  close(): void
}

export function openChannel(
  redis: DuplicableRedisClient,
  name: string,
  hear: (message: Exclude<LockMessage, { what: 'free' }>) => void,
): LockChannel {
  const waiting = new Map<string, Set<() => void>>()
  const subscriber = redis.duplicate()
  // It connects again by itself; without a listener the client would write each error to the console.
  subscriber.on('error', () => {})
  subscriber.on('message', (_channel, text) => {
    const message = readMessage(text)
    if (message?.what === 'free') for (const wake of waiting.get(message.id) ?? []) wake()
    else if (message) hear(message)
  })
  // Each time anew: a client forgets what it was asked while it had no connection for long.
  const subscribe = (): void => void subscriber.subscribe(name).catch(() => {})
  subscriber.on('ready', subscribe)
  subscribe()

  return {
    listen(id, ms) {
      const others = waiting.get(id) ?? new Set()
      waiting.set(id, others)
      let wake = (): void => {}
      const over = new Promise<void>((resolve) => {
        wake = resolve
      })
      others.add(wake)
      const timer = setTimeout(wake, ms)
      return {
        over,
        end() {
          clearTimeout(timer)
          others.delete(wake)
          if (others.size === 0 && waiting.get(id) === others) waiting.delete(id)
        },
      }
    },
    close: () => subscriber.disconnect(),
  }
}
