import type { Order, RunEvent } from './run.ts'

/** A file of the hash: `hash` computes md5 fast, `hash-more` sha256, and md5 without WebAssembly. */
export type Part = 'hash' | 'hash-more'

/**
 * By this name a worker knows which file of the hash is to serve in it. It may hold more: the SDK itself may have been
 * loaded into a worker of the app's, and webpack puts into one file what is opened under one name.
 */
export const workerName = (part: Part): string => `chunkwise-${part}`

/** From the page to the worker. `id` names a run. */
export type ToWorker =
  | { type: 'start'; id: number; order: Order }
  | { type: 'advance'; id: number; position: number }
  | { type: 'close'; id: number }
  | { type: 'ping' }

/** From the worker to the page. `ready` is the handshake, `pong` the sign of life. */
export type FromWorker =
  | { type: 'ready'; wasm: boolean }
  | { type: 'told'; id: number; event: RunEvent }
  | { type: 'pong' }
