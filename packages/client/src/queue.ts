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
export function next<Waiting>(line: Iterable<Waiting>, active: number, slots: number): Waiting[] {
  const first: Waiting[] = []
  // Of a line of ten thousand only its head is looked at.
  for (const waiting of line) {
    if (active + first.length >= slots) break
    first.push(waiting)
  }
  return first
}
