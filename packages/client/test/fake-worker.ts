import type { Engine } from '../src/checksum/engine.ts'
import { script } from '../src/checksum/script.ts'
import { serve, type Port } from '../src/checksum/serve.ts'
import { wasm } from '../src/checksum/wasm.ts'

/** What a worker does when it is opened. */
export type Temper = 'works' | 'works without wasm' | 'fires error' | 'throws' | 'never answers'

/** A stand-in for the platform's `Worker` that serves in the same thread, and what became of each one opened. */
export interface FakeWorkers {
  readonly Worker: new () => object
  readonly opened: FakeWorker[]
}

/** One worker that was opened. */
export interface FakeWorker {
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

    constructor() {
      super()
      const temper = tempers[Math.min(opened.length, tempers.length - 1)]
      const me: FakeWorker = {
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
      if (temper === 'works') this.#serve([wasm, script], true)
      if (temper === 'works without wasm') this.#serve([script], false)
    }

    #serve(engines: readonly Engine[], fast: boolean): void {
      serve(this.#inside, engines, fast, { sliceMs: 50, readLimitMs: 60_000 })
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
