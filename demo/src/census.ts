import type { Status, UploaderState } from '@chunkwise/client'

/** How many uploads are in which situation, in the order a person cares about. */
export interface Census {
  readonly sending: number
  readonly waiting: number
  readonly queued: number
  readonly paused: number
  readonly failed: number
  readonly completed: number
  readonly cancelled: number
}

/** Counts uploads by situation. */
export function census(count: UploaderState['count']): Census {
  const of = (...statuses: readonly Status[]): number => statuses.reduce((sum, status) => sum + (count[status] ?? 0), 0)
  return {
    sending: of('preparing', 'creating', 'recovering', 'uploading', 'completing'),
    waiting: of('waiting'),
    queued: of('idle', 'queued'),
    paused: of('paused'),
    failed: of('failed'),
    completed: of('completed'),
    cancelled: of('cancelled'),
  }
}

/** A census in words: `3 sending, 12 queued`. */
export const censusWords = (counted: Census): string =>
  Object.entries(counted)
    .filter(([, number]) => number > 0)
    .map(([situation, number]) => `${number} ${situation}`)
    .join(', ')
