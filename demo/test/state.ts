import type { Status, UploadState, UploadStateOf } from '@chunkwise/client'

/** A state as the page gets it: a file of 1 MB of which half is confirmed, and what a test sets otherwise. */
export function stateOf<S extends Status>(status: S, more: Partial<UploadStateOf<S>> = {}): UploadState {
  const facts = { status, size: 1_000_000, offset: 500_000, sent: 500_000, hashed: 0 }
  // Only what the page reads: the rest of a state is the client's own business.
  return { ...facts, ...more } as unknown as UploadState
}
