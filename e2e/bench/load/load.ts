import { createHash, randomFillSync } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { openConnection } from './connection.ts'
import { dialects, type LoadDialect, type RepeatedFile } from './send.ts'

/** Uploads to send. */
export interface Load {
  readonly dialect: LoadDialect
  /** Where the server takes uploads: `http://127.0.0.1:8000/uploads/`. */
  readonly endpoint: string
  /** Uploads at once, each over a connection of its own. */
  readonly parallel: number
  /** Uploads that each connection sends, one after the other. */
  readonly each: number
  /** Bytes of each upload. */
  readonly size: number
  /** Bytes. */
  readonly chunkSize: number
  /** Bytes per second of each upload, where it is to be no faster. */
  readonly rate?: number
}

/** What sends one upload after the other. */
export interface Sender {
  send(file: RepeatedFile, onChunk: (ms: number) => void): Promise<void>
  close(): void
}

/** What it took. */
export interface LoadOutcome {
  /** From the first request to the last answer, in milliseconds. */
  readonly ms: number
  /** How long each chunk took, from its first byte to the end of its answer, in milliseconds. */
  readonly chunkMs: readonly number[]
  /** CPU seconds of this process, which is none of the server's. */
  readonly cpuSeconds: number
  /** Of every upload. */
  readonly md5: string
}

/** Sends uploads; all of them hold the same bytes. */
export function sendLoad(load: Load): Promise<LoadOutcome> {
  const { origin, pathname } = new URL(load.endpoint)
  return runLoad(load, () => {
    const connection = openConnection(origin, load.rate)
    return {
      send: (file, onChunk) => dialects[load.dialect](connection, pathname, file, onChunk),
      close: () => connection.close(),
    }
  })
}

/** Sends uploads by as many senders as go on at once. */
export async function runLoad(load: Load, open: () => Sender): Promise<LoadOutcome> {
  const { parallel, each, size, chunkSize, rate = Infinity } = load
  const bytes = randomFillSync(Buffer.allocUnsafe(Math.min(chunkSize, size)))
  const file = { bytes, size, md5: md5Of(bytes, size) }
  const chunkMs: number[] = []
  const cpu = process.cpuUsage()
  const began = performance.now()
  await Promise.all(
    Array.from({ length: parallel }, async (_, index) => {
      // Who is slow comes at a time of his own: all would end their chunks at the same moment, again and again.
      if (rate < Infinity) await sleep(((index / parallel) * chunkSize * 1000) / rate)
      const sender = open()
      try {
        for (let count = 0; count < each; count += 1) await sender.send(file, (ms) => void chunkMs.push(ms))
      } finally {
        sender.close()
      }
    }),
  )
  const ms = performance.now() - began
  const { user, system } = process.cpuUsage(cpu)
  return { ms, chunkMs, cpuSeconds: (user + system) / 1e6, md5: file.md5 }
}

function md5Of(bytes: Uint8Array, size: number): string {
  const hash = createHash('md5')
  for (let at = 0; at < size; at += bytes.length) hash.update(bytes.subarray(0, size - at))
  return hash.digest('hex')
}
