import { UploadError } from '../errors.ts'
import type { Hashing } from '../types.ts'

/**
 * Hashing whose code is loaded when it is first asked whether it is ready, which an upload does before it begins: a page
 * that never uploads never loads it.
 */
export function lazyHashing(load: () => Promise<Hashing>): Hashing {
  const missing = (): never => {
    throw new UploadError('internal', 'Cannot hash before hashing is ready')
  }
  const hashing: Hashing = {
    async ready(algorithm, signal) {
      try {
        // From now on it is what was loaded.
        Object.assign(hashing, await load())
      } catch (cause) {
        throw new UploadError('network', 'Cannot load the part that computes checksums', { cause })
      }
      await hashing.ready(algorithm, signal)
    },
    ...{ open: missing, samples: missing, read: missing, probe: missing },
  }
  return hashing
}
