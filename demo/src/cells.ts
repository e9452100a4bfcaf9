/** How a file is drawn as squares: sizes in bytes. */
export interface Cells {
  readonly count: number
  /** Bytes that one square stands for; the last one may stand for less. */
  readonly size: number
}

// Fine enough that the squares fill most of their field, round enough to be said.
const steps = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10]

/** Divides a file into at most `most` squares of a round size. */
export function cellsOf(size: number, most: number): Cells {
  const least = Math.max(1, size / most)
  const power = 10 ** Math.floor(Math.log10(least))
  const step = steps.find((candidate) => candidate * power >= least * (1 - 1e-9)) ?? 10
  const cell = Math.ceil(step * power)
  return { count: Math.max(1, Math.ceil(size / cell)), size: cell }
}

/** How much of one square, from 0 to 1, lies below a position in the file. */
export const filled = (index: number, cell: number, size: number, position: number): number => {
  const start = index * cell
  const length = Math.min(cell, size - start)
  if (length <= 0) return position >= start ? 1 : 0
  return Math.min(1, Math.max(0, (position - start) / length))
}
