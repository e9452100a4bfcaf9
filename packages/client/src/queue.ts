import type { Status, UploadState } from './machine.ts'

// From the first work to paused, failed or the end; waiting keeps its slot, or the queue would overtake a passing 503.
const active: ReadonlySet<Status> = new Set([
  'preparing',
  'creating',
  'recovering',
  'uploading',
  'completing',
  'waiting',
])

/** Whether an upload in this state holds one of the slots. */
export const holdsSlot = (state: UploadState): boolean => active.has(state.status)

/** Who of those in line goes next, first come first served, so that no more than `slots` are active. */
export const next = <Waiting>(line: Iterable<Waiting>, active: number, slots: number): Waiting[] =>
  [...line].slice(0, Math.max(0, slots - active))
