/** Values that are remembered for a time, the oldest of which go when there are too many. */
export interface BriefMap<T> {
  get(key: string): T | undefined
  /** @param since When it began to be true, in milliseconds since 1970. */
  set(key: string, value: T, since: number): void
}

/**
 * @param limit How many values are kept.
 * @param lifetimeMs How long each is, in milliseconds.
 */
export function briefMap<T>(limit: number, lifetimeMs: number, now: () => number): BriefMap<T> {
  const entries = new Map<string, { readonly value: T; readonly until: number }>()
  return {
    get(key) {
      const entry = entries.get(key)
      if (entry && entry.until > now()) return entry.value
      entries.delete(key)
      return undefined
    },
    set(key, value, since) {
      // Set anew, so that the map is in the order of age.
      entries.delete(key)
      entries.set(key, { value, until: since + lifetimeMs })
      for (const oldest of entries.keys()) {
        if (entries.size <= limit) break
        entries.delete(oldest)
      }
    },
  }
}
