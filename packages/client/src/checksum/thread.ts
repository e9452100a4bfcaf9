import type { FromWorker, ToWorker } from './messages.ts'
import type { Order, Run, RunEvent } from './run.ts'

/** Somewhere that runs can be started. */
export interface Runner {
  /** Whether the fast engine works there: a worker has a policy of its own. */
  readonly wasm: boolean
  start(order: Order, report: (event: RunEvent) => void): Run
}

export interface ThreadOptions {
  /** Ends the worker, also one that has yet to answer. */
  readonly signal: AbortSignal
  /** Silence under work after which it is asked whether it lives, and after which again it does not, in milliseconds. */
  readonly silenceMs: number
  /** Called once when it broke, before its runs are told `died`. */
  onDeath(): void
}

/**
 * Opens a worker and waits for its word: one that the page's policy refuses is constructed like any other, and tells so by
 * an error event or not at all. Rejects if it is refused or cannot be loaded, or if the signal comes first.
 */
export function openThread(open: () => Worker, { signal, silenceMs, onDeath }: ThreadOptions): Promise<Runner> {
  return new Promise((resolve, reject) => {
    const worker = open()
    const runs = new Map<number, Entry>()
    let last = 0
    let status: 'opening' | 'open' | 'ended' = 'opening'
    const heartbeat = listen(
      silenceMs,
      () => send({ type: 'ping' }),
      () => die('it no longer answers'),
    )

    signal.addEventListener('abort', () => {
      end()
      reject(signal.reason)
    })
    worker.onerror = (event) => {
      event.preventDefault()
      die(event.message || 'the page refused it, or it cannot be loaded')
    }
    worker.onmessageerror = () => die('a message was lost')
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (status === 'ended') return
      heartbeat.heard()
      if (data.type === 'ready') ready(data.wasm)
      if (data.type === 'told') tell(data.id, data.event)
    }

    function ready(wasm: boolean): void {
      status = 'open'
      resolve({ wasm, start })
    }

    function start(order: Order, report: (event: RunEvent) => void): Run {
      const id = (last += 1)
      const entry: Entry = { report, position: -1, target: 0 }
      send({ type: 'start', id, order })
      runs.set(id, entry)
      look()
      return {
        advance(position) {
          entry.target = Math.max(entry.target, position)
          send({ type: 'advance', id, position })
          look()
        },
        close() {
          if (forget(id)) send({ type: 'close', id })
        },
      }
    }

    function tell(id: number, event: RunEvent): void {
      if (event.type === 'died') {
        die(event.cause)
        return
      }
      const entry = runs.get(id)
      if (!entry) return
      if (event.type === 'opened') entry.position = event.position
      if (event.type === 'advanced') entry.position = event.state.position
      if (event.type === 'finished' || event.type === 'failed') forget(id)
      else look()
      entry.report(event)
    }

    function forget(id: number): boolean {
      const known = runs.delete(id)
      look()
      return known
    }

    function look(): void {
      heartbeat.busy([...runs.values()].some(({ position, target }) => position < target))
    }

    function send(message: ToWorker): void {
      if (status === 'open') worker.postMessage(message)
    }

    function end(): void {
      if (status === 'ended') return
      status = 'ended'
      heartbeat.busy(false)
      worker.terminate()
    }

    function die(cause: string): void {
      if (status === 'ended') return
      const before = status
      const orphans = [...runs.values()]
      runs.clear()
      end()
      if (before === 'opening') {
        reject(new Error(`Cannot hash in a worker: ${cause}`))
        return
      }
      onDeath()
      for (const { report } of orphans) report({ type: 'died', cause })
    }
  })
}

interface Entry {
  report(event: RunEvent): void
  position: number
  target: number
}

// Asks after one tick of silence, gives up after the second: late by one tick, not by hours, on a computer that slept.
function listen(silenceMs: number, ask: () => void, giveUp: () => void): { heard(): void; busy(yes: boolean): void } {
  let silent = 0
  let timer: ReturnType<typeof setInterval> | undefined
  return {
    heard: () => void (silent = 0),
    busy(yes) {
      if (yes === (timer !== undefined)) return
      clearInterval(timer)
      silent = 0
      timer = yes
        ? setInterval(() => {
            silent += 1
            if (silent === 1) ask()
            else giveUp()
          }, silenceMs)
        : undefined
    },
  }
}
