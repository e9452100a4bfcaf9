import { createMD5, createSHA256 } from 'hash-wasm'
import { script } from '../src/checksum/script.ts'
import { serve, type Port } from '../src/checksum/serve.ts'
import { wasmEngine } from '../src/checksum/wasm.ts'

/** What a worker does when it is opened. */
export type Temper = 'works' | 'works without wasm' | 'fires error' | 'throws' | 'never answers' | 'answers late'

const md5 = wasmEngine('md5', createMD5)
const sha256 = wasmEngine('sha256', createSHA256)

/** A stand-in for the platform's `Worker` that serves in the same thread, and what became of each one opened. */
export interface FakeWorkers {
  readonly Worker: new (url: URL) => object
  readonly opened: FakeWorker[]
}

/** One worker that was opened. */
export interface FakeWorker {
  /** Which of the hash's files it is. */
  readonly part: 'hash' | 'hash-more'
  status: 'open' | 'terminated'
  /** Files whose hashing was ordered, by the position it was to begin at. */
  readonly begun: number[]
  /** As a worker that crashed: an error event, and silence. */
  crash(): void
  /** As a worker that was killed: silence alone. */
  fallSilent(): void
}

/** Workers that behave as told, one temper after another, the last for all that follow. */
export function fakeWorkers(...tempers: readonly Temper[]): FakeWorkers {
  const opened: FakeWorker[] = []
  class Worker extends EventTarget {
    onmessage: ((event: MessageEvent) => void) | null = null
    onerror: ((event: Event) => void) | null = null
    onmessageerror: ((event: Event) => void) | null = null
    #inside: Port = { onmessage: null, postMessage: (message) => this.#deliver(this, message) }
    #me: FakeWorker

    constructor(url: URL) {
      super()
      const temper = tempers[Math.min(opened.length, tempers.length - 1)]
      const me: FakeWorker = {
        part: url.pathname.includes('hash-more') ? 'hash-more' : 'hash',
        status: 'open',
        begun: [],
        crash: () => {
          me.fallSilent()
          this.onerror?.(new Event('error'))
        },
        fallSilent: () => {
          this.#inside.onmessage = null
          this.#inside.postMessage = () => {}
        },
      }
      this.#me = me
      opened.push(me)
      if (temper === 'throws') throw new DOMException('Refused', 'SecurityError')
      if (temper === 'fires error') queueMicrotask(() => this.onerror?.(new Event('error')))
      if (temper === 'answers late') setTimeout(() => this.#serve(true), 5_000)
      if (temper === 'works') this.#serve(true)
      if (temper === 'works without wasm') this.#serve(false)
    }

    #serve(allowed: boolean): void {
      const fast = this.#me.part === 'hash' ? [md5] : [sha256]
      const engines = [...(allowed ? fast : []), ...(this.#me.part === 'hash' ? [] : [script])]
      serve(this.#inside, engines, allowed, { sliceMs: 50, readLimitMs: 60_000 })
    }

    #deliver(to: { onmessage: ((event: MessageEvent) => void) | null }, data: unknown): void {
      setImmediate(() => {
        if (this.#me.status === 'open') to.onmessage?.(new MessageEvent('message', { data }))
      })
    }

    postMessage(message: { type: string; order?: { from?: { position: number } } }): void {
      if (message.type === 'start') this.#me.begun.push(message.order?.from?.position ?? 0)
      this.#deliver(this.#inside, message)
    }

    terminate(): void {
      this.#me.status = 'terminated'
    }
  }
  return { Worker, opened }
}
