import { createSHA256 } from 'hash-wasm'
import { hashFile } from './hash-file.ts'
import { script } from './script.ts'
import type { Runner } from './thread.ts'
import { wasmEngine } from './wasm.ts'

/** Opens the engines that few pages need, on this thread: another algorithm, and the one that needs no WebAssembly. */
export const openHere: () => Promise<Runner> = hashFile('hash-more', wasmEngine('sha256', createSHA256), script)
