import { keepCopy, reopenKept } from '../kept-file.ts'
import { prove } from '../prove.ts'
import { createSource, isAlike } from '../source.ts'
import { tellApartBy } from '../tell-apart.ts'
import type { Algorithm, HashOptions, Hasher, Hashing } from '../types.ts'
import { createHasher } from './hasher.ts'
import { takeLately } from './lately.ts'
import { createPlace } from './place.ts'
import { isState } from './states.ts'
import type { Runner } from './thread.ts'

export { tabsOfPage } from '../tabs/tabs-of-page.ts'

/** How hashing is done. Everything has a default that works. */
export interface HashingOptions {
  /**
   * Address of the worker, where the app serves `hash.worker.js` (a module) from a place of its own; `hash-more.worker.js`
   * is looked for beside it.
   */
  readonly workerUrl?: string | URL | undefined
}

/** A worker without work stays this long, since in a row of small files the next one comes soon, in milliseconds. */
const lingerMs = 1_000
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
 * last; on the page's own thread, in slices of at most 10 ms, where the page's policy refuses the worker. What few pages
 * need (sha256, and md5 without WebAssembly) is in a part of its own, with a worker of its own, loaded only then.
 *
 * @example
 * const hasher = createHashing().open({ file, algorithm: 'md5' })
 * hasher.advance(file.size)
 * await hasher.digest(signal) // '5d41402abc4b2a76b9719d911017c592'
 */
export function createHashing({ workerUrl }: HashingOptions = {}): Hashing {
  const usual = createPlace('hash', workerUrl)
  const more = createPlace('hash-more', workerUrl)
  let hashers = 0
  let linger: ReturnType<typeof setTimeout> | undefined

  return {
    async ready(algorithm, signal) {
      signal.throwIfAborted()
      // Every page can compute it, if need be without WebAssembly: nothing to load for the answer.
      if (algorithm === undefined || algorithm === 'md5') return
      await digest({ file: new Blob(), algorithm }, signal)
    },
    ...{ open, digest },
    ...{ source: createSource, tellApart: tellApartBy(isAlike), keepCopy, reopen: reopenKept, prove },
  }

  async function digest(options: HashOptions, signal: AbortSignal): Promise<string> {
    // Of the file as it is now, not as it was when it was read before.
    takeLately(options.file)
    const hasher = open(options)
    try {
      hasher.advance(options.file.size)
      return await hasher.digest(signal)
    } finally {
      hasher.close()
    }
  }

  function open(options: HashOptions): Hasher {
    clearTimeout(linger)
    hashers += 1
    const { saved } = options
    const usable = saved && isState(saved) ? saved : undefined
    return createHasher({ ...options, saved: usable }, () => runner(options.algorithm), leave)
  }

  async function runner(algorithm: Algorithm): Promise<Runner> {
    const found = algorithm === 'md5' ? await usual.runner(algorithm) : undefined
    return found?.wasm ? found : more.runner(algorithm)
  }

  function leave(): void {
    hashers -= 1
    // A Node without workers should not be kept from ending.
    if (hashers === 0 && typeof Worker !== 'undefined') linger = setTimeout(end, lingerMs)
  }

  function end(): void {
    usual.end()
    more.end()
  }
}
