import type { ErrorCode } from './errors.ts'
import type { Status, UploadState } from './machine.ts'

// What a state means for others: the line it stands in, the tabs that have it too. Apart from the machine, since what is loaded
// later asks for it as well.

// From the first work to paused, failed or the end; waiting keeps its slot, or the queue would overtake a passing 503.
const active: ReadonlySet<Status> = new Set([
  'preparing',
  'creating',
  'recovering',
  'uploading',
  'completing',
  'waiting',
])

/** After these the session is of no use, so a retry begins without it. */
export const spent: ReadonlySet<ErrorCode> = new Set(['gone', 'checksum', 'refused', 'unconfirmed'])

/** Whether an upload in this state holds one of the slots. */
export const holdsSlot = (state: UploadState): boolean => active.has(state.status)

/**
 * Whether an upload that is not at work keeps the only place of a far end that has one: by its session, until that is finished or
 * dropped.
 */
export const keepsPlace = (state: UploadState): boolean =>
  state.session !== undefined &&
  (state.status === 'paused' ||
    state.status === 'cancelled' ||
    (state.status === 'failed' && !spent.has(state.error.code)))

/** Whether another tab sends it, or may. */
export const isFollowing = (state: UploadState): boolean =>
  state.status === 'paused' && state.reason === 'tab' && !state.error
