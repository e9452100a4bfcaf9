import type { Journal } from '../persist.ts'
import type { Tabs } from '../seat.ts'
import type { Connection } from '../stores/connection.ts'
import type { Clock, Protocol } from '../types.ts'
import { createBudget, type Budget } from './budget.ts'
import { openBroadcast } from './channel.ts'
import { indexedDbLeases } from './lease-store.ts'
import { leaseLocks } from './leases.ts'
import { firstOf } from './locks.ts'
import { createTabs } from './tabs.ts'
import { webLocks } from './web-locks.ts'

interface Uploads {
  readonly endpoint: string
  readonly owner: string
  /** Uploads at work at the same time. */
  readonly concurrency: number
  readonly protocol: Protocol
  readonly clock: Clock
  readonly journal: Journal
  /** These are in the file that has the uploader, and need not be in this one too. */
  readonly newKey: () => string
  readonly connect: (name: string, stores: readonly string[]) => Connection
}

const budgets = new Map<string, Budget>()

/** All uploaders of a page share one for each origin. Leases are too slow for it: then each page has its own number. */
function budgetOf(origin: string, concurrency: number): Budget {
  const key = `${origin} ${concurrency}`
  const budget = budgets.get(key) ?? createBudget(firstOf(webLocks), `chunkwise ${origin}`, concurrency - 1)
  budgets.set(key, budget)
  return budget
}

/** The tabs of this browser, for the uploads of one uploader: by Web Locks, where there are none by leases in IndexedDB. */
export function tabsOfPage({ endpoint, owner, concurrency, protocol, clock, journal, newKey, connect }: Uploads): Tabs {
  const page = newKey()
  const scope = JSON.stringify([protocol.name, endpoint, owner])
  return createTabs({
    ...{ scope, page, clock, journal, openChannel: openBroadcast },
    events: typeof addEventListener === 'function' ? globalThis : new EventTarget(),
    // Behind the one place of a far end nobody needs another queue.
    budget: protocol.far.exclusive ? undefined : budgetOf(new URL(endpoint).origin, concurrency),
    place: protocol.far.exclusive ? `chunkwise ${scope}` : undefined,
    locks: firstOf(webLocks, leaseLocks(indexedDbLeases(connect), clock, page)),
  })
}
