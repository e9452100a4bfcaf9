import { readLimitMs } from '../file-bytes.ts'
import { openDigest, type Engine } from './engine.ts'
import { workerName } from './messages.ts'
import { startRun, type Order, type Run, type RunEvent } from './run.ts'
import { script } from './script.ts'
import { serve, type Port } from './serve.ts'
import { wasm } from './wasm.ts'
import type { Algorithm } from '../types.ts'

// This file is all of the hash: loaded as a worker it serves the page, imported by a page that may have no worker it
// computes there. It is built into a file of its own, so that a page which never hashes never loads it. That file has its
// own copy of every class: what it tells the page is plain data, never an error object.

const engines: readonly Engine[] = [wasm, script]

/** Hashes on this thread, in slices short enough for a page to stay smooth. There is nobody else to go on if it breaks. */
export function startHere(order: Order, report: (event: RunEvent) => void): Run {
  return startRun(order, engines, { sliceMs: 5, readLimitMs }, (event) => {
    if (event.type !== 'died') report(event)
    else
      report({
        type: 'failed',
        code: 'internal',
        message: 'Cannot hash the file: the engine broke',
        cause: event.cause,
      })
  })
}

/** Whether the algorithm can be computed here. */
export function canHere(algorithm: Algorithm): Promise<boolean> {
  return openDigest(engines, algorithm).then(
    () => true,
    () => false,
  )
}

if (isOurWorker(globalThis)) void welcome(globalThis)

async function welcome(port: Port): Promise<void> {
  const fast = await wasm.open('md5').then(
    () => true,
    () => false,
  )
  // Only so often as to hear that a run was closed.
  serve(port, engines, fast, { sliceMs: 50, readLimitMs })
}

function isOurWorker(scope: object): scope is Port {
  return 'WorkerGlobalScope' in scope && 'name' in scope && scope.name === workerName
}
