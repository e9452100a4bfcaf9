import { createPlay, readScript, type Entry, type Fault, type Kind, type Play } from '@chunkwise/testing'

import type { Switched } from '../../src/lab/state.ts'

/** The faults that are switched on. */
export interface Switchboard {
  /**
   * Switches a fault on, in place of what was on under this name.
   *
   * @throws TypeError for an entry that is none of a fault script.
   */
  switchOn(name: string, entry: unknown): void
  switchOff(name: string): void
  /**
   * What becomes of this request. A fault for the next few goes before one that stays; of two alike, the one that was switched
   * on later.
   */
  next(request: { readonly method: string; readonly kind: Kind }): Fault
  readonly on: Readonly<Record<string, Switched>>
}

export function createSwitchboard(): Switchboard {
  const switches = new Map<string, { readonly entry: Entry; readonly times: number; readonly play: Play }>()

  return {
    switchOn(name, entry) {
      const [step] = readScript([entry])
      switches.delete(name)
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- readScript refuses what is none
      switches.set(name, { entry: entry as Entry, times: step?.times ?? 1, play: createPlay([entry]) })
    },
    switchOff: (name) => void switches.delete(name),
    next(request) {
      const latestFirst = [...switches.values()].toReversed()
      for (const { play } of latestFirst.toSorted((one, other) => one.times - other.times)) {
        const fault = play.next(request)
        if (fault.fault !== 'ok') return fault
      }
      return { fault: 'ok' }
    },
    get on() {
      const left = [...switches].filter(([, { play }]) => play.left > 0)
      return Object.fromEntries(left.map(([name, { entry, play }]) => [name, { entry, left: play.left }]))
    },
  }
}
