/** From the server's process to the benchmark's. */
export type FromServer =
  | { readonly type: 'listening'; readonly url: string }
  | { readonly type: 'used'; readonly used: Usage }
  | { readonly type: 'answered'; readonly exchange: Exchange }

/** From the benchmark's process to the server's: tell what was used so far. */
export interface ToServer {
  readonly type: 'tell'
}

/** What a process has used since it began. */
export interface Usage {
  readonly cpuSeconds: number
  /** Bytes of memory at its highest. */
  readonly peakMemory: number
  /** Requests to the path of uploads; `undefined` where nobody counts. */
  readonly requests: number | undefined
  /** `undefined` where nobody watches it. */
  readonly memory: WatchedMemory | undefined
}

/** Memory of a process. */
export interface WatchedMemory {
  readonly now: Memory
  /** Each at its highest since it was told last. */
  readonly peak: Memory
}

/** Bytes. */
export interface Memory {
  /** What the system has given the process (RSS). */
  readonly resident: number
  /** What JavaScript holds, garbage included: its heap, and buffers beside it. */
  readonly held: number
}

/** One request that our server answered. Times are milliseconds since the epoch. */
export interface Exchange {
  readonly method: string
  readonly path: string
  /** First byte of the chunk and the one after its last, where the request announces a chunk. */
  readonly chunk: { readonly start: number; readonly end: number } | undefined
  readonly status: number
  /** What the answer says the server holds, where it does. */
  readonly offset: number | undefined
  readonly began: number
  readonly ended: number
}
