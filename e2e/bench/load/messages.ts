import type { Load, LoadOutcome } from './load.ts'

/** From the benchmark's process to the one that sends. */
export type ToGenerator = Load

/** From the process that sends: what the load took, or why it failed. */
export type FromGenerator = { readonly outcome: LoadOutcome } | { readonly failure: string }
