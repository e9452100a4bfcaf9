import { besideScript, loadScript } from './beside-script.ts'

type Files = typeof import('./hashing.ts')

declare global {
  /** What the file leaves behind. */
  var ChunkwiseFiles: Files | undefined
}

let loading: Promise<Files> | undefined

/** Loads what opens, reads and hashes files: for a script tag from the file beside the script, once for all who ask meanwhile. */
export function loadHashing(): Promise<Files> {
  loading ??= loadScript(besideScript('chunkwise.files.js'), () => globalThis.ChunkwiseFiles).finally(() => {
    loading = undefined
  })
  return loading
}
