import type { Memory, WatchedMemory } from '../server/messages.ts'

const everyMs = 50

/** Watches the memory of this process from now on; each call tells how it stands, and what it was at most since the one before. */
export function watchMemory(): () => WatchedMemory {
  let peak = read()
  const look = (): Memory => {
    const now = read()
    peak = { resident: Math.max(peak.resident, now.resident), held: Math.max(peak.held, now.held) }
    return now
  }
  // A process does not live on for this alone.
  setInterval(look, everyMs).unref()
  return () => {
    const now = look()
    const told = { now, peak }
    peak = now
    return told
  }
}

function read(): Memory {
  const { rss, heapUsed, external } = process.memoryUsage()
  return { resident: rss, held: heapUsed + external }
}
