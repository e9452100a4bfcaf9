import type { Journal } from '../persist.ts'
import type { Seat, Tabs } from '../seat.ts'
import type { Clock, Complete } from '../types.ts'
import type { Budget } from './budget.ts'
import type { Channel, OpenChannel } from './channel.ts'
import type { Locks } from './locks.ts'
import type { Message } from './messages.ts'
import { createSeat, type Member } from './member.ts'

/** What tabs need of their uploader and of the browser. */
export interface TabsOptions {
  /** What tabs must have in common to hear each other: where they upload to, and for whom. */
  readonly scope: string
  /** The lock of the only place of a far end that has one, over all tabs. */
  readonly place: string | undefined
  /** None: each tab has as many at work as it likes. */
  readonly budget?: Budget | undefined
  /** A name that no other page has. */
  readonly page: string
  readonly clock: Clock
  readonly journal: Pick<Journal, 'list' | 'settled' | 'forget'>
  readonly locks: Locks
  readonly openChannel: OpenChannel
  /** Where `pagehide` and `pageshow` are heard. */
  readonly events: Pick<EventTarget, 'addEventListener' | 'removeEventListener'>
}

/** Has the uploads of this page take part in what the tabs of the browser do together. */
export function createTabs(options: TabsOptions): Tabs {
  const { scope, page, clock, openChannel, events } = options
  const members = new Set<Member>()
  /** What other tabs completed while somebody here listened: what was in line here meanwhile need not be sent again. */
  const completed = new Map<string, { readonly complete: Complete; readonly at: number }>()
  let channel: Channel | undefined
  // Nobody knows what was before.
  let fresh = true
  // In the browser's back/forward cache, or on the way there.
  let away: { readonly over: Promise<void>; end(): void } | undefined

  function hear(message: Message): void {
    fresh = true
    if (message.type === 'completed' && message.name !== undefined)
      completed.set(message.name, { complete: message.complete, at: clock.now() })
    for (const member of members) if (member.isAbout(message)) member.hear(message)
  }

  const open = (): void => void (channel ??= openChannel(`chunkwise 1 ${scope}`, hear))
  const close = (): void => void (channel = void channel?.close())

  function onHide(event: object): void {
    if (!isKept(event) || away) return
    let end = (): void => {}
    away = { over: new Promise((resolve) => (end = resolve)), end }
    members.forEach((member) => member.suspend())
    close()
  }

  function onShow(event: object): void {
    if (!isKept(event) || !away) return
    const { end } = away
    away = undefined
    fresh = true
    open()
    end()
    members.forEach((member) => member.goOn())
  }

  return {
    join(upload): Seat {
      return createSeat(upload, {
        ...options,
        post: (address, word) => channel?.post({ ...address, from: page, ...word }),
        isAway: () => away !== undefined,
        back: async () => away?.over,
        completed: (name) => completed.get(name),
        enter(member) {
          if (members.size === 0) {
            events.addEventListener('pagehide', onHide)
            events.addEventListener('pageshow', onShow)
          }
          members.add(member)
          if (!away) open()
        },
        exit(member) {
          members.delete(member)
          if (members.size > 0) return
          events.removeEventListener('pagehide', onHide)
          events.removeEventListener('pageshow', onShow)
          completed.clear()
          close()
          fresh = true
        },
        isFresh() {
          // Where nobody is heard, anybody may have written.
          const was = fresh
          fresh = channel === undefined
          return was
        },
      })
    },
  }
}

const isKept = (event: object): boolean => 'persisted' in event && event.persisted === true
