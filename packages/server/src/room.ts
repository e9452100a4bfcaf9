import type { Ledger } from './ledger.ts'
import type { UploadStore } from './store.ts'

/** How much of the disk is there for uploads, beyond what others were promised and what must stay free. */
export interface Room {
  /** Measures, unless that was done just now and so many bytes were left. */
  measure(wanted: number): Promise<void>
  /** Bytes left for new promises, by the last measurement: at once, and never too many. */
  left(): number
  /** Bytes that are free now; `undefined` where the store cannot know. */
  free(): Promise<number | undefined>
  /** Whether less is free than must be. */
  isLow(): Promise<boolean>
}

/** A measurement holds so long, in milliseconds: what is written meanwhile was promised before. */
const freshMs = 1000

/**
 * @param minFree bytes, or below 1 a share of the whole
 */
export function createRoom(store: UploadStore, ledger: Ledger, minFree: number, now: () => number): Room {
  let measuredAt = -Infinity
  let spare = Infinity
  let promised = 0

  const floorOf = (size: number): number => (minFree < 1 ? size * minFree : minFree)

  const left = (): number => spare - (ledger.promised - promised)

  return {
    async measure(wanted) {
      if (minFree === 0 || (now() - measuredAt < freshMs && left() >= wanted)) return
      // Looked at before the disk: what is written in between is counted twice rather than not at all.
      const { bytes, stored } = ledger.totals()
      const before = ledger.promised
      const at = now()
      const space = await store.space?.()
      if (!space) return
      measuredAt = at
      promised = before
      spare = space.free - floorOf(space.size) - (bytes - stored)
    },
    left,
    async free() {
      return (await store.space?.())?.free
    },
    async isLow() {
      if (minFree === 0) return false
      const space = await store.space?.()
      return space !== undefined && space.free < floorOf(space.size)
    },
  }
}
