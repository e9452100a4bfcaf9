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
