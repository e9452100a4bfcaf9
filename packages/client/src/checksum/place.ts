import { UploadError } from '../errors.ts'
import type { Algorithm } from '../types.ts'
import type { Part } from './messages.ts'
import { loadHere, nameOf, openWorker } from './parts.ts'
import { openThread, type Runner } from './thread.ts'

/** How long a file waits for the worker, in milliseconds; one that comes later is there for the next file. */
const handshakeMs = 2_000
/** Silence of a worker that has work, until it is asked whether it lives, in milliseconds. */
const silenceMs = 10_000
/** A worker and one more when it died; then the page's own thread computes. */
const mostThreads = 2

/** Where one part of the hash computes: in its worker, or on the page's own thread where the worker is refused. */
export interface Place {
  /** Opens what is needed; rejects with `network` if that cannot be loaded, and asked again it tries again. */
  runner(algorithm: Algorithm): Promise<Runner>
  /** Ends the worker. */
  end(): void
}

/** @param workerUrl where the app serves the worker, if from a place of its own. */
export function createPlace(part: Part, workerUrl: string | URL | undefined): Place {
  let threads = mostThreads
  let patience = handshakeMs
  let thread: Promise<Runner | undefined> | undefined
  let closing = new AbortController()

  return {
    async runner(algorithm) {
      const found = await ourThread()
      // Without WebAssembly a worker has md5 only; the page's own thread may have a policy that allows it.
      return found && (found.wasm || algorithm === 'md5') ? found : here()
    },
    end,
  }

  function end(): void {
    closing.abort()
    thread = undefined
  }

  async function ourThread(): Promise<Runner | undefined> {
    if (threads === 0 || typeof Worker === 'undefined') return undefined
    thread ??= open()
    const found = await within(patience, thread)
    // Once is enough: while it is late, no other file waits for it.
    patience = found ? handshakeMs : 0
    return found
  }

  async function open(): Promise<Runner | undefined> {
    const mine = (closing = new AbortController())
    try {
      return await openThread(() => openWorker(part, workerUrl), { signal: mine.signal, silenceMs, onDeath })
    } catch {
      // Refused once is refused, and silent to the end is too: each further try would cost up to the whole handshake.
      if (closing === mine) threads = 0
      return undefined
    }
  }

  function onDeath(): void {
    thread = undefined
    threads -= 1
  }

  async function here(): Promise<Runner> {
    try {
      return await (await loadHere(part, workerUrl)).openHere()
    } catch (cause) {
      // Then it was not the policy that kept the worker away, but the network: the next try begins with a worker again.
      end()
      closing = new AbortController()
      threads = mostThreads
      patience = handshakeMs
      const message = `Cannot load ${nameOf(part, workerUrl)}, which computes checksums: no answer came, or it is not served there`
      throw new UploadError('network', message, { cause })
    }
  }
}

/** The value if it comes within this time, in milliseconds; otherwise `undefined`. */
function within<Value>(ms: number, value: Promise<Value>): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    value.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
