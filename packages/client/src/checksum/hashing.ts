import { UploadError } from '../errors.ts'
import { probeByte, readBytes } from '../file-bytes.ts'
import type { Algorithm, Hashing } from '../types.ts'
import { unavailable } from './engine.ts'
import { createHasher } from './hasher.ts'
import { loadHere, openWorker } from './parts.ts'
import { samplesOf } from './samples.ts'
import { openThread, type Runner, type Thread } from './thread.ts'

/** How hashing is done. Everything has a default that works. */
export interface HashingOptions {
  /** Address of the worker, where the app serves `hash.worker.js` (a module) from a place of its own. */
  readonly workerUrl?: string | URL | undefined
}

/** A worker counts if it answers in this time, in milliseconds. */
const handshakeMs = 2_000
/** Silence of a worker that has work, until it is asked whether it lives, in milliseconds. */
const silenceMs = 10_000
/** A worker without work stays this long, since in a row of small files the next one comes soon, in milliseconds. */
const lingerMs = 1_000
/** A worker and one more when it died; then the page's own thread computes. */
const mostThreads = 2

const ofPage = new Map<string, Hashing>()

/** The hashing that all uploaders of a page share, so that it has one worker, however many they are. */
export function hashingOfPage(options: HashingOptions): Hashing {
  const name = String(options.workerUrl ?? '')
  const hashing = ofPage.get(name) ?? createHashing(options)
  ofPage.set(name, hashing)
  return hashing
}

/**
 * Hashes files beside their sending, in one worker for all of them, which is opened with the first file and ended after the
 * last; on the page's own thread, in slices of at most 10 ms, where the page's policy refuses the worker.
 *
 * @example
 * const hasher = createHashing().open({ file, algorithm: 'md5' })
 * hasher.advance(file.size)
 * await hasher.digest(signal) // '5d41402abc4b2a76b9719d911017c592'
 */
export function createHashing({ workerUrl }: HashingOptions = {}): Hashing {
  let threads = mostThreads
  let thread: Promise<Thread | undefined> | undefined
  let open = 0
  let linger: ReturnType<typeof setTimeout> | undefined

  return {
    async ready(algorithm, signal) {
      signal.throwIfAborted()
      // Every page can compute it, if need be without WebAssembly: nothing to load for the answer.
      if (algorithm === undefined || algorithm === 'md5') return
      enter()
      const settled = new AbortController()
      try {
        await Promise.race([check(algorithm), aborted(signal, settled.signal)])
      } finally {
        settled.abort()
        leave()
      }
    },
    open(options) {
      enter()
      return createHasher(options, () => runner(options.algorithm), leave)
    },
    ...{ samples: samplesOf, read: readBytes, probe: probeByte },
  }

  async function check(algorithm: Algorithm): Promise<void> {
    if (fits(await ourThread(), algorithm)) return
    if (!(await (await here()).canHere(algorithm))) throw unavailable(algorithm)
  }

  async function runner(algorithm: Algorithm): Promise<Runner> {
    const found = await ourThread()
    if (fits(found, algorithm)) return found
    const { startHere } = await here()
    return { start: startHere }
  }

  function ourThread(): Promise<Thread | undefined> {
    if (threads === 0 || typeof Worker === 'undefined') return Promise.resolve(undefined)
    thread ??= openThread(() => openWorker(workerUrl), { handshakeMs, silenceMs, onDeath }).catch(() => {
      // Refused once is refused: each further try would cost up to the whole handshake.
      threads = 0
      return undefined
    })
    return thread
  }

  function onDeath(): void {
    thread = undefined
    threads -= 1
  }

  async function here(): Promise<Awaited<ReturnType<typeof loadHere>>> {
    try {
      return await loadHere(workerUrl)
    } catch (cause) {
      // Then it was not the policy that kept the worker away, but the network: the next try begins with a worker again.
      threads = mostThreads
      thread = undefined
      throw new UploadError('network', 'Cannot load the part that computes checksums: no answer came', { cause })
    }
  }

  function enter(): void {
    clearTimeout(linger)
    open += 1
  }

  function leave(): void {
    open -= 1
    if (open === 0 && thread) linger = setTimeout(end, lingerMs)
  }

  function end(): void {
    void thread?.then((idle) => idle?.end())
    thread = undefined
  }
}

// Without WebAssembly a worker has md5 only; the page's own thread may have a policy that allows it.
function fits(thread: Thread | undefined, algorithm: Algorithm): thread is Thread {
  return thread !== undefined && (thread.wasm || algorithm === 'md5')
}

function aborted(signal: AbortSignal, settled: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true, signal: settled }),
  )
}
