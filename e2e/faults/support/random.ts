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

/** The seed of this run: that of `FAULT_SEED`, to repeat a run that failed, or a fresh one. */
export const seedOf = (): number => Number(process.env['FAULT_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
