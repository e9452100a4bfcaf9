import type { FromWorker, ToWorker } from './messages.ts'
import { startRun, type Pace, type Run } from './run.ts'
import type { Engine } from './engine.ts'

/** The worker's side of the two ends of a message port. */
export interface Port {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null
  postMessage(message: FromWorker): void
}

/** Runs what the page orders, and tells it. `wasm`: whether the fast engine works here. */
export function serve(port: Port, engines: readonly Engine[], wasm: boolean, pace: Pace): void {
  const runs = new Map<number, Run>()
  port.onmessage = ({ data }) => {
    switch (data.type) {
      case 'start': {
        const { id, order } = data
        const run = startRun(order, engines, pace, (event) => {
          if (event.type === 'finished' || event.type === 'failed') runs.delete(id)
          port.postMessage({ type: 'told', id, event })
        })
        runs.set(id, run)
        break
      }
      case 'advance':
        runs.get(data.id)?.advance(data.position)
        break
      case 'close':
        runs.get(data.id)?.close()
        runs.delete(data.id)
        break
      case 'ping':
        port.postMessage({ type: 'pong' })
        break
    }
  }
  port.postMessage({ type: 'ready', wasm })
}
