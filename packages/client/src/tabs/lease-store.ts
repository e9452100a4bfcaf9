import { promisifyRequest } from 'idb-keyval'
import type { Connection } from '../stores/connection.ts'
import type { Lease, LeaseStore } from './leases.ts'

// What another release wrote is no lease.
const isLease = (value: unknown): value is Lease =>
  typeof value === 'object' && value !== null && 'holder' in value && 'count' in value && 'until' in value

/** Leases in a database of their own, of which a browser lets one page change one at a time. */
export function indexedDbLeases(connect: (name: string, stores: readonly string[]) => Connection): LeaseStore {
  const leases = connect('chunkwise-tabs', ['leases']).use('leases', 'relaxed')
  return {
    change: (name, decide) =>
      leases('readwrite', async (store) => {
        const stored: unknown = await promisifyRequest(store.get(name))
        const before = isLease(stored) ? stored : undefined
        const after = decide(before)
        if (!after) store.delete(name)
        else if (after !== before) store.put(after, name)
        await promisifyRequest(store.transaction)
        return after
      }),
  }
}
