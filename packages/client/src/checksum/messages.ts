import type { Order, RunEvent } from './run.ts'

/** By this name a worker knows that it is ours to serve in, and not a worker that the SDK itself was loaded into. */
export const workerName = 'chunkwise-hash'

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
