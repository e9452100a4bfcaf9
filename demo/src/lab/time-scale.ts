/** From when to when something was under way, in milliseconds. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** Where a moment lies on the picture: from 0 at its beginning to 1 at its end. */
export type TimeScale = (at: number) => number

/** A pause in which nothing is under way is drawn no longer than this, in milliseconds: nobody wants to look at nothing. */
const longestPauseMs = 300

/** Places moments on a line, with long pauses cut short. */
export function timeScale(spans: readonly Span[]): TimeScale {
  const sorted = spans.toSorted((one, other) => one.from - other.from)
  const start = sorted[0]?.from ?? 0
  // What was cut out before which moment.
  const cuts: { readonly at: number; readonly by: number }[] = []
  let busyUntil = start
  for (const { from, to } of sorted) {
    const by = from - busyUntil - longestPauseMs
    if (by > 0) cuts.push({ at: from, by })
    busyUntil = Math.max(busyUntil, to)
  }
  const place = (at: number): number => cuts.reduce((left, cut) => (at >= cut.at ? left - cut.by : left), at - start)
  const length = Math.max(1, place(busyUntil))
  return (at) => Math.min(1, Math.max(0, place(at) / length))
}
