import { importing } from './importing.ts'

/**
 * Loads what opens, reads and hashes files: here as a module. The build for a script tag puts `load.global.ts` in the place of
 * this file.
 */
export const loadHashing = (): Promise<typeof import('./hashing.ts')> => importing(() => import('./hashing.ts'))
