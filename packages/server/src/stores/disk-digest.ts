import { Worker } from 'node:worker_threads'
import type { ChecksumAlgorithm } from '../record.ts'

/** A file whose checksum is kept along: `size` bytes of it are committed. */
export interface DigestedFile {
  readonly id: string
  readonly path: string
  readonly algorithm: ChecksumAlgorithm
  readonly size: number
}

/**
 * Checksums of what a disk store has committed, kept along in a thread of their own as the bytes come. What is told never
 * covers a byte that was not committed, and after a restart it is rebuilt from the files.
 */
export interface DiskDigests {
  /** Tells how far a file is committed; whatever was written ahead of that is void. */
  advance(file: DigestedFile): void
  /** Tells that a chunk is being written and reaches up to `to`: what is read meanwhile need not be waited for later. */
  ahead(file: DigestedFile, to: number): void
  /** Tells the checksum of a file with what is committed of it, until it grows: the thread need not be asked. */
  know(file: DigestedFile, hex: string): void
  /** The checksum as lower-case hex, once the thread has caught up. */
  checksum(file: DigestedFile, signal?: AbortSignal): Promise<string>
  forget(id: string): void
  close(): Promise<void>
}

type Reply = { readonly call: number; readonly hex: string } | { readonly call: number; readonly error: string }

interface Waiting {
  readonly resolve: (hex: string) => void
  readonly reject: (error: unknown) => void
}

export function createDiskDigests(): DiskDigests {
  const known = new Map<string, { readonly size: number; readonly hex: string }>()
  const waiting = new Map<number, Waiting>()
  let calls = 0
  let thread: Worker | undefined

  /** A process does not live on for its digests alone, but for one that somebody waits for. */
  function hold(worker: Worker): void {
    if (waiting.size > 0) worker.ref()
    else worker.unref()
  }

  function settle(call: number, use: (found: Waiting) => void): void {
    const found = waiting.get(call)
    waiting.delete(call)
    if (found) use(found)
    if (thread) hold(thread)
  }

  function start(): Worker {
    // What the process was started with is not for it: `--input-type` would end it, and `--import` load all of that again.
    const worker = new Worker(new URL('./digest-worker.js', import.meta.url), { execArgv: [] })
    worker.on('message', (reply: Reply) => {
      settle(reply.call, ({ resolve, reject }) => {
        if ('hex' in reply) resolve(reply.hex)
        else reject(new Error(`Cannot make the checksum: ${reply.error}`))
      })
    })
    // A thread that dies takes its states along; the next one begins from the files.
    const end = (cause: unknown): void => {
      if (thread === worker) thread = undefined
      for (const call of [...waiting.keys()])
        settle(call, ({ reject }) => reject(new Error('Cannot make the checksum: its thread has ended', { cause })))
    }
    worker.on('error', end)
    worker.on('exit', end)
    worker.unref()
    return worker
  }

  const post = (message: object): void => {
    thread ??= start()
    thread.postMessage(message)
  }

  return {
    advance(file) {
      known.delete(file.id)
      post({ type: 'advance', ...file })
    },
    ahead(file, to) {
      known.delete(file.id)
      post({ type: 'advance', ...file, ahead: to })
    },
    know: ({ id, size }, hex) => void known.set(id, { size, hex }),
    async checksum(file, signal) {
      signal?.throwIfAborted()
      const found = known.get(file.id)
      if (found?.size === file.size) return found.hex
      const call = (calls += 1)
      const result = new Promise<string>((resolve, reject) => waiting.set(call, { resolve, reject }))
      const abort = (): void => {
        post({ type: 'abort', call })
        settle(call, ({ reject }) => reject(signal?.reason))
      }
      signal?.addEventListener('abort', abort, { once: true })
      post({ type: 'checksum', call, ...file })
      if (thread) hold(thread)
      try {
        return await result
      } finally {
        signal?.removeEventListener('abort', abort)
      }
    },
    forget(id) {
      // What is known here the thread was never told of, or it has grown since: then it is not known any more.
      if (!known.delete(id)) thread?.postMessage({ type: 'forget', id })
    },
    async close() {
      const worker = thread
      thread = undefined
      await worker?.terminate()
    },
  }
}
