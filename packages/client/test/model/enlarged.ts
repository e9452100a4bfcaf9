import type { Entry } from '@chunkwise/testing'
import type { Contender } from './protocols.ts'
import type { Schedule } from './schedule.ts'

/** Bytes of a chunk for each one of the schedule's: so that what is cut or turned over is now and then the file. */
const scale = 64

/** The same course of things with larger chunks, with faults that hit them inside their forms, and without what is spared. */
export function enlarged(schedule: Schedule, { spared, form }: Pick<Contender, 'spared' | 'form'>): Schedule {
  const size = Math.max(1, schedule.size * scale - (schedule.size % scale))
  const script = schedule.script.map((entry) => inForm(entry, form)).filter((entry) => !(nameOf(entry) in spared))
  const happenings = schedule.happenings.filter(({ what }) => !(what in spared))
  return { ...schedule, size, chunk: schedule.chunk * scale, script, happenings }
}

const nameOf = (entry: Entry): string => (typeof entry === 'object' ? entry.fault : String(entry))

function inForm(entry: Entry, form: number): Entry {
  if (typeof entry !== 'object') return entry
  if (entry.fault === 'cut' || entry.fault === 'kill') return { ...entry, after: entry.after * scale }
  if (entry.fault === 'slow') return { ...entry, bytesPerSecond: entry.bytesPerSecond * scale }
  // Hosts may answer anything to a finish: there it would be an answer like another.
  if (entry.fault === 'status' && entry.status === 200) return { ...entry, on: 'append' }
  // Behind the file a bit turned over makes the form unreadable, which is another fault.
  if (entry.fault === 'corrupt') return { ...entry, byte: form + (entry.byte % scale) }
  return entry
}
