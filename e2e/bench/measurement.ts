import type { Bench } from './bench.ts'
import type { Chart } from './chart.ts'

/** What a measurement found. */
export interface Findings {
  /** Every figure, for the results file: JSON. */
  readonly figures: unknown
  /** What there is to say of them: Markdown. */
  readonly summary: string
  /** What of it is drawn. */
  readonly charts?: readonly Chart[]
}

/** One question put to the bench. */
export type Measurement = (bench: Bench) => Promise<Findings>
