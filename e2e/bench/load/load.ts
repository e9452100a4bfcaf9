import { createHash, randomFillSync } from 'node:crypto'
import { openConnection } from './connection.ts'
import { dialects, type LoadDialect } from './send.ts'

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
export async function sendLoad({ dialect, endpoint, parallel, each, size, chunkSize }: Load): Promise<LoadOutcome> {
  const bytes = randomFillSync(Buffer.allocUnsafe(Math.min(chunkSize, size)))
  const file = { bytes, size, md5: md5Of(bytes, size) }
  const { origin, pathname } = new URL(endpoint)
  const chunkMs: number[] = []
  const cpu = process.cpuUsage()
  const began = performance.now()
  await Promise.all(
    Array.from({ length: parallel }, async () => {
      const connection = openConnection(origin)
      try {
        for (let count = 0; count < each; count += 1)
          await dialects[dialect](connection, pathname, file, (ms) => void chunkMs.push(ms))
      } finally {
        connection.close()
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
