/** What is worth saying of one upload. */
export interface Announcement {
  readonly name: string
  readonly text: string
}

// More than this in one breath is noise: then only numbers are said.
const mostNames = 3

/** One sentence for all that changed since the last one. */
export function summarise(changes: readonly Announcement[]): string {
  if (changes.length <= mostNames) return changes.map(({ name, text }) => `${name}: ${text}`).join('. ')
  const counts = new Map<string, number>()
  for (const { text } of changes) counts.set(text, (counts.get(text) ?? 0) + 1)
  return [...counts].map(([text, count]) => `${count} × ${text}`).join('. ')
}

/** Tells screen readers what changes; a newer announcement of the same upload replaces one that was not yet said. */
export type Announcer = (key: object, announcement: Announcement) => void

// Long enough for a sentence to be spoken before the next one.
const intervalMs = 3000
// What changes together is said together.
const gatherMs = 400

/** Announces in `region`, an element with `role="status"`. */
export function createAnnouncer(region: HTMLElement): Announcer {
  const waiting = new Map<object, Announcement>()
  let timer = 0
  let saidAt = -Infinity

  function say(): void {
    timer = 0
    saidAt = performance.now()
    region.textContent = summarise([...waiting.values()])
    waiting.clear()
  }

  return (key, announcement) => {
    waiting.set(key, announcement)
    timer ||= window.setTimeout(say, Math.max(gatherMs, saidAt + intervalMs - performance.now()))
  }
}
