import type { Entry, Fault, Placed } from '@chunkwise/testing'

/** The switches of the laboratory, by their names on the page. */
export const switchNames = ['slow', 'stall', 'cut', 'lost', 'busy', 'expire', 'kill'] as const
export type SwitchName = (typeof switchNames)[number]

// Chunks, but for the first one, are what most faults are worth seeing with; a busy server refuses whatever comes.
const entries: Readonly<Record<SwitchName, (value: number) => Fault & Placed>> = {
  slow: (bytesPerSecond) => ({ fault: 'slow', bytesPerSecond, on: 'append' }),
  stall: (ms) => ({ fault: 'delay', ms, on: 'append' }),
  cut: (after) => ({ fault: 'cut', after, on: 'append' }),
  lost: () => ({ fault: 'lost', on: 'append' }),
  busy: (seconds) => ({ fault: 'status', status: 503, headers: { 'Retry-After': String(seconds) } }),
  expire: () => ({ fault: 'gone', on: 'append' }),
  kill: (ms) => ({ fault: 'kill', after: killAfter, ms, on: 'append' }),
}

/** In mid-chunk, whatever the size of the chunks is. */
const killAfter = 50_000

/**
 * What a switch asks of the server: an entry of a fault script.
 *
 * @param value what the person has chosen beside the switch: bytes, milliseconds or seconds
 */
export const entryOf = (name: SwitchName, value: number, times: number): Fault & Placed => ({
  ...entries[name](value),
  times,
})

/** What was chosen beside a switch that asked for this entry, and how often it was to be used: the reverse of {@link entryOf}. */
export function choiceIn(entry: Entry): { readonly value: number; readonly times: number } {
  // Not from this page.
  if (typeof entry !== 'object') return { value: 0, times: 1 }
  return { value: valueIn(entry), times: entry.times ?? 1 }
}

function valueIn(fault: Fault): number {
  if (fault.fault === 'slow') return fault.bytesPerSecond
  if (fault.fault === 'cut') return fault.after
  if (fault.fault === 'status') return Number(fault.headers?.['Retry-After'] ?? 0)
  return 'ms' in fault ? fault.ms : 0
}
