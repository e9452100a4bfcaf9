import type { HashState } from '../types.ts'

/** Whether a state that was remembered can be one: what the engine makes of it is for the engine to say. */
export const isState = ({ position, state }: HashState): boolean =>
  Number.isSafeInteger(position) && position >= 0 && typeof state === 'string'

/** So many saved states are kept of one file, 200 bytes each. */
const most = 256

/**
 * The saved states of one file, by rising position, with one more. When there are too many, every other one of the older
 * half goes: what lies just behind is asked for often, what lies far behind only if the server goes back.
 */
export function remember(states: readonly HashState[], state: HashState): readonly HashState[] {
  const below = states.filter(({ position }) => position < state.position)
  const above = states.filter(({ position }) => position > state.position)
  const all = [...below, state, ...above]
  return all.length <= most ? all : all.filter((_, index) => index % 2 === 0 || index >= most / 2)
}

/** The newest state at or below an offset. */
export function newest(states: readonly HashState[], offset: number): HashState | undefined {
  return states.findLast(({ position }) => position <= offset)
}
