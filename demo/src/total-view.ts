import type { UploaderState } from '@chunkwise/client'

import { census, censusWords } from './census.ts'
import { bytes, duration, percent, speed, stretch } from './format.ts'

/** What a page shows of all uploads together, whatever draws it. */
export interface TotalView {
  readonly share: string
  readonly amount: string
  /** How many are in which situation. */
  readonly counts: string
  /** Empty while nothing moves. */
  readonly pace: string
  /** Transforms of the layers of a bar. */
  readonly confirmed: string
  readonly sent: string
}

export function totalView({ size, offset, sent, speed: bytesPerSecond, timeLeft, count }: UploaderState): TotalView {
  const counted = census(count)
  const known = bytesPerSecond !== undefined && timeLeft !== undefined && counted.sending > 0
  return {
    share: `${percent(offset, size, size > 0 && offset === size && counted.sending === 0)} %`,
    amount: `${bytes(offset)} of ${bytes(size)}`,
    counts: censusWords(counted),
    pace: known ? `${speed(bytesPerSecond)}, ${duration(timeLeft)} left` : '',
    confirmed: stretch(offset, size),
    sent: stretch(sent, size),
  }
}
