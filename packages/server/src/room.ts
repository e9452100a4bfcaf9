import type { Ledger } from './ledger.ts'
import type { Measured } from './limits.ts'
import type { UploadStore } from './store.ts'

/** How much of the disk is there for uploads, beyond what others were promised and what must stay free. */
export interface Room {
  /**
   * Measures what there is for a session that wants so many bytes in all, unless that was done just now and there were enough;
   * `undefined` where it does not matter.
   */
  measure(id: string, bytes: number): Promise<Measured | undefined>
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
  let last: Measured = { spare: -Infinity, promised: 0 }
  let measuredAt = -Infinity

  const floorOf = (size: number): number => (minFree < 1 ? size * minFree : minFree)

  return {
    async measure(id, bytes) {
      if (minFree === 0 || !store.space) return undefined
      const wanted = bytes - ((await ledger.get(id))?.bytes ?? 0)
      if (wanted <= 0) return undefined
      // Looked at before the disk: what is written in between is counted twice rather than not at all.
      const { promised, ...taken } = await ledger.overview()
      const at = now()
      if (at - measuredAt < freshMs && last.spare - (promised - last.promised) >= wanted) return last
      const space = await store.space()
      if (!space) return undefined
      measuredAt = at
      last = { promised, spare: space.free - floorOf(space.size) - (taken.bytes - taken.stored) }
      return last
    },
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
