import type { FakeClock } from '@chunkwise/testing'
import type { Channel, OpenChannel } from '../src/tabs/channel.ts'
import type { Hold, Locks } from '../src/tabs/locks.ts'
import type { Message } from '../src/tabs/messages.ts'

/** What the tabs of one browser have in common. */
export interface FakeBrowser {
  /** Locks as one page has them; when it closes they are free. */
  locks(closed: AbortSignal): Locks
  /** The channels of one page; it hears everybody but itself, and time stands until it has heard. */
  channels(closed: AbortSignal, clock: Pick<FakeClock, 'hold'>): OpenChannel
  /** Names of the locks that pages have, and how many listen. */
  held(): readonly string[]
  listening(): number
  /** Names of the channels that are open. */
  names(): readonly string[]
  /** Everything that was said, in order. */
  readonly said: Message[]
}

interface Waiting {
  readonly grant: () => void
  readonly owner: AbortSignal
}

/** Locks and channels that work as those of a browser do, within one test. */
export function createFakeBrowser(): FakeBrowser {
  const holders = new Map<string, object>()
  const lines = new Map<string, Waiting[]>()
  const listeners = new Set<{ readonly name: string; hear(message: Message): void }>()
  const said: Message[] = []

  function next(name: string): void {
    holders.delete(name)
    lines.get(name)?.shift()?.grant()
  }

  const locks = (closed: AbortSignal): Locks => ({
    take: async (name, { wait, signal }) => {
      signal.throwIfAborted()
      if (closed.aborted) return new Promise(() => {})
      const mine = {}
      const free = (): void => {
        if (holders.get(name) === mine) next(name)
      }
      const hold: Hold = { stay: () => {}, release: free }
      if (holders.has(name)) {
        if (!wait) return undefined
        await new Promise<void>((resolve, reject) => {
          const line = lines.get(name) ?? []
          const waiting = { grant: resolve, owner: closed }
          lines.set(name, [...line, waiting])
          const leave = (): void => {
            lines.set(
              name,
              (lines.get(name) ?? []).filter((each) => each !== waiting),
            )
            reject(signal.reason)
          }
          signal.addEventListener('abort', leave)
          closed.addEventListener('abort', leave)
        })
      }
      holders.set(name, mine)
      closed.addEventListener('abort', free)
      return hold
    },
  })

  const channels =
    (closed: AbortSignal, clock: Pick<FakeClock, 'hold'>): OpenChannel =>
    (name, onMessage): Channel => {
      const hear = (message: Message): void => {
        if (!closed.aborted && listeners.has(listener)) onMessage(message)
      }
      const listener = { name, hear }
      listeners.add(listener)
      closed.addEventListener('abort', () => listeners.delete(listener))
      return {
        post(message) {
          if (closed.aborted) return
          said.push(message)
          const copy = structuredClone(message)
          for (const each of listeners) {
            if (each === listener || each.name !== name) continue
            const goOn = clock.hold()
            setImmediate(() => {
              each.hear(copy)
              goOn()
            })
          }
        },
        close: () => void listeners.delete(listener),
      }
    }

  return {
    ...{ locks, channels, said },
    held: () => [...holders.keys()],
    listening: () => listeners.size,
    names: () => [...listeners].map(({ name }) => name),
  }
}
