import { readLimitMs } from '../file-bytes.ts'
import type { Engine } from './engine.ts'
import { workerName, type Part } from './messages.ts'
import { startRun } from './run.ts'
import { serve, type Port } from './serve.ts'
import type { Runner } from './thread.ts'

/**
 * Makes a file of the hash: loaded as a worker it serves the page; imported by a page that may have no worker it computes
 * there, by the function that comes back. It is built into a file of its own, so that a page which never hashes never loads
 * it. That file has its own copy of every class: what it tells the page is plain data, never an error object.
 *
 * @param fast the engine whose working decides what is told of WebAssembly here.
 */
export function hashFile(part: Part, fast: Engine, ...others: readonly Engine[]): () => Promise<Runner> {
  const engines = [fast, ...others]
  if (isWorkerOf(part, globalThis)) void welcome(globalThis)
  return openHere

  async function welcome(port: Port): Promise<void> {
    // Pauses only so often as to hear that a run was closed.
    serve(port, engines, await works(fast), { sliceMs: 50, readLimitMs })
  }

  // Hashes on this thread, in slices short enough for a page to stay smooth. There is nobody else to go on if it breaks.
  async function openHere(): Promise<Runner> {
    return {
      wasm: await works(fast),
      start: (order, report) =>
        startRun(order, engines, { sliceMs: 5, readLimitMs }, (event) => {
          if (event.type !== 'died') report(event)
          else
            report({
              type: 'failed',
              code: 'internal',
              message: 'Cannot hash the file: the engine broke',
              cause: event.cause,
            })
        }),
    }
  }
}

function works(engine: Engine): Promise<boolean> {
  return engine.open().then(
    () => true,
    () => false,
  )
}

function isWorkerOf(part: Part, scope: object): scope is Port {
  return 'WorkerGlobalScope' in scope && 'name' in scope && scope.name === workerName(part)
}
