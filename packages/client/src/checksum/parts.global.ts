import { besideScript, loadScript } from './beside-script.ts'
import { workerName, type Part } from './messages.ts'
import type { Loaded } from './parts.ts'

// Where the hash is loaded from by a script tag: from the files beside the script. Each is a worker, and by a script
// tag of its own the hash for this thread.

declare global {
  /** What the files leave behind. */
  var ChunkwiseHash: Loaded | undefined
  var ChunkwiseHashMore: Loaded | undefined
}

/** Opens the worker: the file beside the script, or the one the app serves itself. */
export function openWorker(part: Part, url: string | URL | undefined): Worker {
  const address = addressOf(part, url)
  if (address.origin === location.origin) return new Worker(address, { name: workerName(part) })
  // A worker must come from the page's own origin; what it imports need not. Its address is kept: it may be read late.
  const code = new Blob([`importScripts(${JSON.stringify(address.href)})`], { type: 'text/javascript' })
  return new Worker(URL.createObjectURL(code), { name: workerName(part) })
}

/** Loads the part onto this thread. */
export function loadHere(part: Part, url: string | URL | undefined): Promise<Loaded> {
  const loaded = (): Loaded | undefined => (part === 'hash' ? globalThis.ChunkwiseHash : globalThis.ChunkwiseHashMore)
  return loadScript(addressOf(part, url), loaded)
}

/** The part's file, for people. */
export function nameOf(part: Part, url: string | URL | undefined): string {
  return addressOf(part, url).href
}

function addressOf(part: Part, url: string | URL | undefined): URL {
  const served = url === undefined ? undefined : new URL(url, document.baseURI)
  if (served && part === 'hash') return served
  const name = `chunkwise.${part}.js`
  return served ? new URL(name, served) : besideScript(name)
}
