import { keepsPlace } from '../standing.ts'
import type { InnerUpload } from '../upload.ts'
import type { Hold } from './locks.ts'
import type { TabsOptions } from './tabs.ts'

/** What one upload of this page keeps other tabs from: sending it, and the only place of a far end that has one. */
export interface Grip {
  /** Whether this page sends it. */
  readonly isMine: boolean
  readonly hasPlace: boolean
  /**
   * Takes the upload with this name, and the place before it; resolves to whether both are had. `wait`: until whoever has them
   * lets go. Rejects with the signal's reason.
   */
  take(name: string | undefined, wait: boolean, signal: AbortSignal): Promise<boolean>
  /** Says that it is still at work: a lease is not taken from who says so. */
  stay(): void
  /** Waits until there is room for one more upload at work; rejects with the signal's reason. */
  enter(signal: AbortSignal): Promise<void>
  /** Ends `isMine` at once, makes room for others, and gives up the place unless the upload keeps it; other tabs may have it when the given function is called. */
  open(): () => void
  leavePlace(): void
}

/** Without holding anything yet. What is taken away by the platform pauses the upload. */
export function createGrip(
  upload: Pick<InnerUpload, 'getState' | 'dispatch'>,
  { locks, place, budget }: Pick<TabsOptions, 'locks' | 'place' | 'budget'>,
): Grip {
  let hold: Hold | undefined
  let placeHold: Hold | undefined
  let room: Hold | undefined

  const acquire = (lock: string, wait: boolean, signal: AbortSignal): Promise<Hold | undefined> =>
    locks.take(lock, { wait, signal, onLost: () => upload.dispatch({ type: 'pause', reason: 'tab' }) })

  function leavePlace(): void {
    placeHold?.release()
    placeHold = undefined
  }

  function leavePlaceUnlessKept(): void {
    if (!keepsPlace(upload.getState())) leavePlace()
  }

  return {
    get isMine() {
      return hold !== undefined
    },
    get hasPlace() {
      return placeHold !== undefined
    },
    async take(name, wait, signal) {
      // In this order, or two tabs would wait for each other.
      if (place !== undefined) placeHold ??= await acquire(place, wait, signal)
      if ((place === undefined || placeHold) && name !== undefined) hold ??= await acquire(name, wait, signal)
      if (hold) return true
      leavePlaceUnlessKept()
      return false
    },
    stay() {
      hold?.stay()
      placeHold?.stay()
    },
    async enter(signal) {
      if (room || !budget) return
      const entered = await budget.enter(signal)
      if (signal.aborted) entered.release()
      signal.throwIfAborted()
      room = entered
    },
    open() {
      const mine = hold
      hold = undefined
      room?.release()
      room = undefined
      leavePlaceUnlessKept()
      return () => mine?.release()
    },
    leavePlace,
  }
}
