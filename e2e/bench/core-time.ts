import { cpus } from 'node:os'

/** Seconds that all cores together have been busy, and have been there at all. */
export interface CoreTime {
  readonly busy: number
  readonly all: number
}

/** The time of all cores until now. */
export function readCoreTime(): CoreTime {
  const times = cpus().map(({ times }) => times)
  const all = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0)
  const idle = times.reduce((sum, { idle }) => sum + idle, 0)
  return { busy: (all - idle) / 1000, all: all / 1000 }
}

/** The share of all cores, from 0 to 1, that went from one reading to the next to others than who used `ours` CPU seconds. */
export function shareOfOthers(before: CoreTime, after: CoreTime, ours: number): number {
  return Math.max(0, after.busy - before.busy - ours) / (after.all - before.all)
}
