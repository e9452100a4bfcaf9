import { ledgerOf, type Ledger } from '../ledger.ts'
import type { UploadStore } from '../store.ts'
import { createThrottle, type Throttle, type ThrottleOptions } from '../throttle.ts'

/** What is counted by throttles: all requests of somebody, their new uploads, and the chunks of one upload. */
export type Counted = 'requests' | 'creations' | 'chunks'

/** Where it is counted what uploads take, and how many requests come. */
export interface Counts {
  readonly ledger: Ledger
  throttle(counted: Counted, options: ThrottleOptions): Throttle
}

/** What counting needs of a handler. */
export interface CountTools {
  readonly store: UploadStore
  readonly now: () => number
  /** Told of what keeps it from counting: the client is told to come again; why, only the host can mend. */
  readonly onError: (error: unknown) => void
}

/** Makes a handler's counts. */
export type Counting = (tools: CountTools) => Counts

/** Counts in memory, for one process; handlers over one store count together. */
export const memoryCounts: Counting = ({ store, now }) => ({
  ledger: ledgerOf(store),
  throttle: (_counted, options) => createThrottle(options, now),
})
