import { workerName } from './messages.ts'

// Where the hash is loaded from by a script tag: from the one file beside the script, whose address is known only while the
// script runs for the first time. It is the worker, and by a script tag of its own the hash for this thread.

declare global {
  /** What that file leaves behind. */
  var ChunkwiseHash: typeof import('./worker.ts') | undefined
}

const current = globalThis.document?.currentScript
const me = current && 'src' in current ? current : undefined
const mySrc = me?.src
// A policy that names scripts by a nonce would refuse a tag without it.
const nonce = me?.nonce ?? ''

/** Opens the worker: the file beside the script, or the one the app serves itself. */
export function openWorker(url: string | URL | undefined): Worker {
  const address = addressOf(url)
  if (address.origin === location.origin) return new Worker(address, { name: workerName })
  // A worker must come from the page's own origin; what it imports need not. Its address is kept: it may be read late.
  const code = new Blob([`importScripts(${JSON.stringify(address.href)})`], { type: 'text/javascript' })
  return new Worker(URL.createObjectURL(code), { name: workerName })
}

/** Loads the hash onto this thread. */
export function loadHere(url: string | URL | undefined): Promise<typeof import('./worker.ts')> {
  return new Promise((resolve, reject) => {
    if (globalThis.ChunkwiseHash) return resolve(globalThis.ChunkwiseHash)
    const script = document.createElement('script')
    script.src = addressOf(url).href
    script.nonce = nonce
    script.onload = () => {
      if (globalThis.ChunkwiseHash) resolve(globalThis.ChunkwiseHash)
      else reject(new Error(`Cannot use ${script.src}: it is not the hash file of this version`))
    }
    script.onerror = () => reject(new Error(`Cannot load ${script.src}`))
    document.head.append(script)
    script.remove()
  })
}

function addressOf(url: string | URL | undefined): URL {
  return new URL(url ?? 'chunkwise.hash.js', url === undefined && mySrc ? mySrc : document.baseURI)
}
