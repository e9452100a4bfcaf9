import type { IHasher } from 'hash-wasm'
import type { Algorithm } from '../types.ts'
import { fromBase64, toBase64, type Digest, type Engine } from './engine.ts'

/**
 * hash-wasm: 325 to 440 MB/s where spark-md5 has 50 to 150. Needs a page that allows WebAssembly.
 *
 * @param create makes an instance for the algorithm.
 */
export function wasmEngine(algorithm: Algorithm, create: () => Promise<IHasher>): Engine {
  let instance: Promise<() => Digest> | undefined
  return {
    name: 'wasm',
    algorithm,
    async open() {
      instance ??= create()
        .then(shared)
        .catch((error: unknown) => {
          instance = undefined
          throw error
        })
      return (await instance)()
    },
  }
}

// One instance serves all digests of an algorithm: each instance would reserve gigabytes of address space for its memory,
// and thousands of files must not. Whoever computes next has its state put in, and the one before has it taken out.
function shared(hasher: IHasher): () => Digest {
  const initial = hasher.save()
  let inside: { state: Uint8Array } | undefined

  return () => {
    const mine = { state: initial }
    const enter = (): void => {
      if (inside === mine) return
      if (inside) inside.state = hasher.save()
      hasher.load(mine.state)
      inside = mine
    }
    const become = (state: Uint8Array): void => {
      enter()
      hasher.load(state)
    }
    return {
      update(bytes) {
        enter()
        hasher.update(bytes)
      },
      save() {
        enter()
        return toBase64(hasher.save())
      },
      load: (state) => become(fromBase64(state)),
      reset: () => become(initial),
      hex() {
        enter()
        const state = hasher.save()
        const hex = hasher.digest()
        hasher.load(state)
        return hex
      },
    }
  }
}
