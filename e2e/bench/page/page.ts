import type { ClientKind, Dialect } from '../candidates.ts'
import { watchChunks, type SentChunk } from './chunk-watch.ts'
import type { Ending } from './finish.ts'
import type { HashedSend } from './hashing.ts'
import { watchHashing } from './hash-watch.ts'
import { timed, type Crowd, type Gather } from './many.ts'
import type { Leave, Returned } from './reload.ts'

/** Sends a file; resolves when its client calls it finished. */
export type Send = (file: File, options: SendOptions) => Promise<void>

/** What every client is given. */
export interface SendOptions {
  readonly endpoint: string
  /** Bytes; the client's own default where there is none. */
  readonly chunkSize: number | undefined
  /** Of ours. */
  readonly dialect: Dialect | undefined
}

/** When the requests of an upload were under way, in milliseconds since the upload began. */
export interface Timing {
  readonly began: number
  /** The first byte of the answer. */
  readonly answered: number
  readonly ended: number
}

/** How long an upload took, in milliseconds, and its requests. */
export interface Sent {
  readonly ms: number
  readonly requests: readonly Timing[]
  /** Those with bytes of the file; times as of `requests`. */
  readonly chunks: readonly SentChunk[]
}

/** The clients that are given many files. */
export type ManyClient = Extract<ClientKind, 'chunkwise' | 'uppy' | 'tus'>

/** What the benchmark can ask of its page. */
export interface BenchPage {
  /** Loads a client, so that loading it is not measured. */
  load(client: ClientKind): Promise<void>
  /** Sends the file that was chosen. */
  send(client: ClientKind, options: SendOptions): Promise<Sent>
  leave(options: Leave): Promise<void>
  comeBack(endpoint: string): Promise<Returned>
  /** Sends the file by ours; tells how long it took after the last byte. */
  finish(endpoint: string): Promise<Ending>
  /** Sends the file by ours, hashed or not; tells how long it took, and what hashed it. */
  hash(send: HashedSend): Promise<{ readonly ms: number; readonly engine: string | undefined }>
  /** What adds all files that were chosen at once. Everything that the page itself needs for that is done before. */
  gather(client: ManyClient, endpoint: string): Promise<Crowd>
}

declare global {
  interface Window {
    bench: BenchPage
  }
}

// Before a client is loaded, which may open a worker at once.
const hashing = watchHashing()
const chunks = watchChunks()

const clients: Readonly<Record<ClientKind, () => Promise<Send>>> = {
  raw: async () => (await import('./raw.ts')).send,
  chunkwise: async () => (await import('./chunkwise.ts')).send,
  tus: async () => (await import('./tus.ts')).send,
  uppy: async () => (await import('./uppy.ts')).send,
  upchunk: async () => (await import('./upchunk.ts')).send,
}

const crowds: Readonly<Record<ManyClient, () => Promise<Gather>>> = {
  chunkwise: async () => (await import('./many-chunkwise.ts')).gather,
  uppy: async () => (await import('./many-uppy.ts')).gather,
  tus: async () => (await import('./many-tus.ts')).gather,
}

window.bench = {
  async load(client) {
    await clients[client]()
  },
  async send(client, options) {
    const send = await clients[client]()
    const file = chosenFile()
    performance.clearResourceTimings()
    performance.setResourceTimingBufferSize(10_000)
    const began = performance.now()
    await send(file, options)
    const ms = performance.now() - began
    const relative = chunks.map((chunk) => ({ ...chunk, began: chunk.began - began, ended: chunk.ended - began }))
    return { ms, requests: timings(began), chunks: relative }
  },
  async leave(options) {
    const { leave } = await import('./reload.ts')
    await leave(chosenFile(), options)
  },
  async comeBack(endpoint) {
    const { comeBack } = await import('./reload.ts')
    return comeBack(chosenFile(), endpoint, hashing)
  },
  async finish(endpoint) {
    const { timeFinish } = await import('./finish.ts')
    return timeFinish(chosenFile(), endpoint)
  },
  async hash(send) {
    const { timeHashed } = await import('./hashing.ts')
    return { ms: await timeHashed(chosenFile(), send), engine: hashing.engines[0] }
  },
  async gather(client, endpoint) {
    const gather = await crowds[client]()
    const files = [...(document.querySelector('input')?.files ?? [])]
    return timed(files, gather(files, endpoint))
  },
}

function chosenFile(): File {
  const file = document.querySelector('input')?.files?.[0]
  if (!file) throw new Error('Cannot send: no file was chosen')
  return file
}

function timings(since: number): Timing[] {
  return performance
    .getEntriesByType('resource')
    .filter((entry) => entry instanceof PerformanceResourceTiming)
    .filter(({ initiatorType }) => initiatorType === 'xmlhttprequest' || initiatorType === 'fetch')
    .map(({ startTime, responseStart, responseEnd }) => ({
      began: startTime - since,
      answered: responseStart - since,
      ended: responseEnd - since,
    }))
}
