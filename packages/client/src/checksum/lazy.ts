import { UploadError } from '../errors.ts'
import type { Hashing } from '../types.ts'

/**
 * Hashing whose code is loaded when it is first asked whether it is ready, which an upload does before it begins: a page
 * that never uploads never loads it.
 */
export function lazyHashing(load: () => Promise<Hashing>): Hashing {
  const ready: Hashing['ready'] = async (algorithm, signal) => {
    try {
      // From now on it is what was loaded.
      Object.assign(hashing, await load())
    } catch (cause) {
      throw new UploadError('network', `Cannot load the part that reads files: ${String(cause)}`, { cause })
    }
    await hashing.ready(algorithm, signal)
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- whoever calls the rest has waited for it
  const hashing = { ready } as Hashing
  return hashing
}
