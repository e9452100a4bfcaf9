import type { ClientKind, Dialect } from '../candidates.ts'
import { watchHashing } from './hash-watch.ts'
import type { Crowd } from './many.ts'
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
}

/** What the benchmark can ask of its page. */
export interface BenchPage {
  /** Loads a client, so that loading it is not measured. */
  load(client: ClientKind): Promise<void>
  /** Sends the file that was chosen. */
  send(client: ClientKind, options: SendOptions): Promise<Sent>
  leave(options: Leave): Promise<void>
  comeBack(endpoint: string): Promise<Returned>
  /** What adds all files that were chosen at once. Everything that the page itself needs for that is done before. */
  gather(endpoint: string): Promise<Crowd>
}

declare global {
  interface Window {
    bench: BenchPage
  }
}

// Before a client is loaded, which may open a worker at once.
const hashing = watchHashing()

const clients: Readonly<Record<ClientKind, () => Promise<Send>>> = {
  raw: async () => (await import('./raw.ts')).send,
  chunkwise: async () => (await import('./chunkwise.ts')).send,
  tus: async () => (await import('./tus.ts')).send,
  uppy: async () => (await import('./uppy.ts')).send,
  upchunk: async () => (await import('./upchunk.ts')).send,
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
    return { ms: performance.now() - began, requests: timings(began) }
  },
  async leave(options) {
    const { leave } = await import('./reload.ts')
    await leave(chosenFile(), options)
  },
  async comeBack(endpoint) {
    const { comeBack } = await import('./reload.ts')
    return comeBack(chosenFile(), endpoint, hashing)
  },
  async gather(endpoint) {
    const { gather } = await import('./many.ts')
    return gather([...(document.querySelector('input')?.files ?? [])], endpoint)
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
