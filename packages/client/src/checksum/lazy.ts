import { UploadError } from '../errors.ts'
import type { Hashing } from '../types.ts'

/**
 * Hashing whose code is loaded when it is first asked whether it is ready, which an upload does before it begins: a page
 * that never uploads never loads it.
 */
export function lazyHashing(load: () => Promise<Hashing>): Hashing {
  let loaded: Hashing | undefined
  return {
    async ready(algorithm, signal) {
      try {
        loaded ??= await load()
      } catch (cause) {
        throw new UploadError('network', 'Cannot load the part that computes checksums', { cause })
      }
      return loaded.ready(algorithm, signal)
    },
    open(options) {
      if (loaded) return loaded.open(options)
      throw new UploadError('internal', 'Cannot hash before hashing is ready')
    },
  }
}
