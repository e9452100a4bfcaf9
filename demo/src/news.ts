import type { UploadState } from '@chunkwise/client'

import type { Words } from './words.ts'

/** What was last said of an upload. */
export interface Told {
  readonly status: string
  /** Quarters of the file that were confirmed, 0 to 4. */
  readonly quarter: number
}

// These pass by in a moment, or are about to.
const passing: ReadonlySet<UploadState['status']> = new Set(['idle', 'queued', 'preparing', 'creating', 'recovering'])

/** What is new and worth saying aloud, if anything: a change of status, or another quarter of the file. */
export function newsOf(state: UploadState, words: Words, told: Told): { readonly text: string; readonly told: Told } {
  const quarter = state.size === 0 ? 0 : Math.floor((state.offset / state.size) * 4)
  const now: Told = { status: words.status, quarter }
  if (passing.has(state.status)) return { text: '', told: { ...told, quarter: Math.max(quarter, told.quarter) } }
  if (now.status !== told.status) {
    // The pace is stale before it is spoken, and so is a countdown.
    const lasting = state.status === 'uploading' || state.status === 'completing' ? '' : words.detail
    return { text: [now.status, lasting.split(';')[0]].filter(Boolean).join(', '), told: now }
  }
  if (state.status === 'uploading' && quarter > told.quarter) return { text: `${quarter * 25} % sent`, told: now }
  return { text: '', told: now }
}
