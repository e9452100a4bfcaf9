import type { Bench } from './bench.ts'

/** What a measurement found. */
export interface Findings {
  /** Every figure, for the results file: JSON. */
  readonly figures: unknown
  /** What there is to say of them: Markdown. */
  readonly summary: string
}

/** One question put to the bench. */
export type Measurement = (bench: Bench) => Promise<Findings>
