import type { FarEnd } from '../types.ts'

/**
 * What a far end of the Django family can bear, where it is not different. Stock nginx lets 1 MiB through, and the form around the
 * bytes of a first chunk needs its share. Nothing there locks.
 */
export const djangoFar: FarEnd = {
  chunk: {},
  first: 1024 * 1024 - 4096,
  whole: 0,
  settleMs: 2_000,
  exclusive: false,
  forgetsFinished: false,
  empty: false,
}
