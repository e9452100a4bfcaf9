import { onTestFailed } from 'vitest'

/** Chance that is the same for the same seed (mulberry32): a number from 0 up to and without 1. */
export function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/**
 * Chance for this test, and the seed it comes from: a fresh one each time, or that of `FAULT_SEED`, to repeat a run that
 * failed. A failure says which it was.
 */
export function chanceOfTest(): { readonly seed: number; readonly random: () => number } {
  const seed = Number(process.env['FAULT_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
  onTestFailed(() => console.error(`To repeat this: FAULT_SEED=${seed}`))
  return { seed, random: chance(seed) }
}
