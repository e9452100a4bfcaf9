import { createMD5 } from 'hash-wasm'
import { hashFile } from './hash-file.ts'
import type { Runner } from './thread.ts'
import { wasmEngine } from './wasm.ts'

/** Opens the engine that nearly everybody uses, on this thread. */
export const openHere: () => Promise<Runner> = hashFile('hash', wasmEngine('md5', createMD5))
