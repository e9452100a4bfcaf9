/** How fast an upload went over the last minute: bytes per second, oldest first. */
export type Pace = readonly number[]

/** Time between two readings, in milliseconds. */
export const readingMs = 500

const most = 120

// A browser counts bytes out in bursts: the last few readings together say what a person would see as speed.
const together = 4

/** The pace after `bytes` more went out since the last reading. */
export function read(pace: Pace, bytes: number): Pace {
  return [...pace, (Math.max(0, bytes) * 1000) / readingMs].slice(-most - together)
}

/** The pace without its bursts: each reading is the mean of itself and the ones just before it. */
export function smooth(pace: Pace): Pace {
  const means = pace.map((_, index) => {
    const recent = pace.slice(Math.max(0, index + 1 - together), index + 1)
    return recent.reduce((sum, value) => sum + value, 0) / recent.length
  })
  return means.slice(-most)
}

/** A round number at or above the highest reading, for the top of a scale. */
export function ceiling(pace: Pace): number {
  const highest = Math.max(1, ...pace)
  const power = 10 ** Math.floor(Math.log10(highest))
  const step = [1, 1.5, 2, 3, 5, 7.5, 10].find((candidate) => candidate * power >= highest) ?? 10
  return step * power
}

// The first readings get this many places, or they would be lost at the edge.
const fewest = 40

/** The line of a pace in a box of 1 by 1, the newest reading at the right: pairs of x and y from the top left. */
export function line(pace: Pace, top: number): readonly (readonly [x: number, y: number])[] {
  const step = 1 / (Math.max(fewest, pace.length) - 1)
  return pace.map((value, index) => [1 - (pace.length - 1 - index) * step, 1 - Math.min(1, value / top)])
}
