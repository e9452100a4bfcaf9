import type { Entry } from '@chunkwise/testing'
import fc from 'fast-check'
// The very courses of things that the model plays.
import { anything, harmless, type Schedule } from '../../../packages/client/test/model/schedule.ts'

export { anything, harmless, type Schedule }

/** Bytes of a chunk: the least that the client sends. */
export const chunkSize: number = 64 * 1024

/** Bytes of a form before the file in it: beyond them a bit that is turned over is one of the file. */
const form = 1024

/** The same course of things with chunks as large as real ones are, and with faults that hit them where they did. */
function enlarged(schedule: Schedule): Schedule {
  const { chunk, size, script } = schedule
  const scale = (bytes: number): number => Math.round((bytes * chunkSize) / chunk)
  const larger = (entry: Entry): Entry => {
    if (typeof entry !== 'object') return entry
    if (entry.fault === 'cut' || entry.fault === 'kill') return { ...entry, after: scale(entry.after) }
    if (entry.fault === 'corrupt') return { ...entry, byte: form + (scale(entry.byte) % (chunkSize - 2 * form)) }
    if (entry.fault === 'slow') return { ...entry, bytesPerSecond: scale(entry.bytesPerSecond) }
    // Hosts may answer anything to a finish: there it would be an answer like another.
    if (entry.fault === 'status' && entry.status === 200) return { ...entry, on: 'append' }
    return entry
  }
  // A size that is no round number, where it was none.
  return { ...schedule, chunk: chunkSize, size: scale(size) + (size % chunk), script: script.map(larger) }
}

/** So many courses of things, the same for the same seed. */
export const sampled = (schedules: fc.Arbitrary<Schedule>, count: number, seed: number): Schedule[] =>
  fc.sample(schedules, { numRuns: count, seed }).map(enlarged)
