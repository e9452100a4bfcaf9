import { importing } from './importing.ts'
import { workerName, type Part } from './messages.ts'
import type { Runner } from './thread.ts'

// Where the hash is loaded from: here from modules. The build for a script tag puts `parts.global.ts` in the place of this
// file, the build for bundlers rewrites the names to those of the built files; all calls must stay as bundlers look for them.

/** What such a file gives. */
export interface Loaded {
  openHere(): Promise<Runner>
}

/** Opens the worker: the one beside this file, or the one the app serves itself. */
export function openWorker(part: Part, url: string | URL | undefined): Worker {
  if (url !== undefined) return new Worker(served(part, url), { type: 'module', name: workerName(part) })
  if (part === 'hash')
    return new Worker(new URL('./hash.worker.ts', import.meta.url), { type: 'module', name: 'chunkwise-hash' })
  return new Worker(new URL('./hash-more.worker.ts', import.meta.url), { type: 'module', name: 'chunkwise-hash-more' })
}

/** Loads the part onto this thread. A bundler has put it somewhere, so `url` does not matter here. */
export function loadHere(part: Part, _url: string | URL | undefined): Promise<Loaded> {
  return importing<Loaded>(() => (part === 'hash' ? import('./hash.worker.ts') : import('./hash-more.worker.ts')))
}

/** The part's file, for people. */
export function nameOf(part: Part, _url: string | URL | undefined): string {
  return `${part}.worker.js`
}

function served(part: Part, url: string | URL): string | URL {
  if (part === 'hash') return url
  return new URL(nameOf(part, url), new URL(url, globalThis.document?.baseURI ?? location.href))
}
