import SparkMD5 from 'spark-md5'
import type { Engine } from './engine.ts'

/** spark-md5: plain JavaScript, md5 only; for pages whose policy refuses WebAssembly. */
export const script: Engine = {
  name: 'script',
  algorithm: 'md5',
  async open() {
    const digest = new SparkMD5.ArrayBuffer()
    return {
      update: (bytes) => void digest.append(new Uint8Array(bytes).buffer),
      save: () => btoa(JSON.stringify(digest.getState())),
      load: (text) => void digest.setState(read(text)),
      reset: () => void digest.reset(),
      hex() {
        const state = digest.getState()
        const hex = digest.end()
        digest.setState(state)
        return hex
      },
    }
  },
}

function read(text: string): SparkMD5.State {
  const state: unknown = JSON.parse(atob(text))
  if (!isState(state)) throw new SyntaxError('Cannot go on from the saved md5: it was not written by spark-md5')
  return state
}

// The package's types call `buff` bytes; for array buffers it is really a text with one character per byte (spark-md5 3.0.2).
function isState(state: unknown): state is SparkMD5.State {
  if (typeof state !== 'object' || state === null) return false
  if (!('buff' in state && 'hash' in state && 'length' in state)) return false
  const { buff, hash, length } = state
  return (
    Number.isSafeInteger(length) &&
    typeof buff === 'string' &&
    buff.length === Number(length) % 64 &&
    Array.isArray(hash) &&
    hash.length === 4 &&
    hash.every(Number.isInteger)
  )
}
