// Where the hash is loaded from: here from modules. The build for a script tag puts `parts.global.ts` in the place of this
// file, the build for bundlers rewrites the two names to the one built file; both calls must stay as bundlers look for them.

/** Opens the worker: the one beside this file, or the one the app serves itself. */
export function openWorker(url: string | URL | undefined): Worker {
  if (url !== undefined) return new Worker(url, { type: 'module', name: 'chunkwise-hash' })
  return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'chunkwise-hash' })
}

/** Loads the hash onto this thread. A bundler has put it somewhere, so `url` does not matter here. */
export function loadHere(_url: string | URL | undefined): Promise<typeof import('./worker.ts')> {
  return import('./worker.ts')
}
