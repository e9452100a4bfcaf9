import { chunkFloor, type Pace } from './chunk-size.ts'

/** How an uploader sends: what of it others to the same origin can learn from. */
interface Way {
  pace: Pace
}

/** A limit may be raised: so long it is believed, in milliseconds. */
const believedMs = 24 * 60 * 60 * 1000

/** What each way was allowed from the start, in bytes: less than that was learnt. */
const allowed = new WeakMap<Way, number>()
/** The way that was gone last, by origin. */
const latest = new Map<string, Way>()

/**
 * Chunks that were refused for their size (413) are refused for whoever sends there: what one uploader has learnt, the next one of the
 * page begins with, and those of another visit within a day. Without storage it is learnt anew on each page.
 */
export function shareLimit(way: Way, endpoint: string, now: number): void {
  // What is no page has no visits.
  if (!globalThis.document) return
  if (latest.size === 0) addEventListener('pagehide', keep)
  const { origin } = new URL(endpoint)
  const limit = Math.min(learntBy(latest.get(origin)), recall(origin, now))
  if (!allowed.has(way)) allowed.set(way, way.pace.limit)
  latest.set(origin, way)
  if (limit < way.pace.limit) way.pace = { ...way.pace, limit }
}

function learntBy(way: Way | undefined): number {
  return way && way.pace.limit < (allowed.get(way) ?? 0) ? way.pace.limit : Infinity
}

const nameOf = (origin: string): string => `chunkwise limit ${origin}`

function recall(origin: string, now: number): number {
  const [limit = NaN, at = NaN] = read(nameOf(origin)).split(' ').map(Number)
  return limit >= chunkFloor && Math.abs(now - at) < believedMs ? limit : Infinity
}

function keep(): void {
  const now = Date.now()
  for (const [origin, way] of latest) {
    const limit = learntBy(way)
    // One that was only recalled keeps its date, or it would be believed for ever.
    if (limit < recall(origin, now)) write(nameOf(origin), `${limit} ${now}`)
  }
}

// Where storage is refused, asking for it throws.
function read(name: string): string {
  try {
    return localStorage.getItem(name) ?? ''
  } catch {
    return ''
  }
}

function write(name: string, text: string): void {
  try {
    localStorage.setItem(name, text)
  } catch {
    // The next visit learns it anew.
  }
}
