import { onTestFailed } from 'vitest'
import { chanceOf } from '../../../packages/client/test/model/chance.ts'

/**
 * Chance for this test, and the seed it comes from: the same in each run, so that what is red is so for what was changed, or
 * that of `FAULT_SEED`, where one looks for more. A failure says which it was.
 */
export function chanceOfTest(): { readonly seed: number; readonly random: () => number } {
  const seed = Number(process.env['FAULT_SEED'] ?? 1)
  onTestFailed(() => console.error(`To repeat this: FAULT_SEED=${seed}`))
  return { seed, random: chanceOf(seed) }
}
