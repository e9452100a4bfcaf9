/** What a page has for itself, among all pages of its site in this browser. */
export interface Hold {
  /** It is still made use of. */
  stay(): void
  release(): void
}

export interface LockOptions {
  /** Whether to wait until it is free. */
  readonly wait: boolean
  /** Ends the waiting. */
  readonly signal: AbortSignal
  /** Called if another page has taken it from under us. */
  onLost(): void
}

/** Locks by name, over all pages of a site in one browser. */
export interface Locks {
  /** `undefined`: another page has it. Rejects with the signal's reason, or if this browser has no such locks. */
  take(name: string, options: LockOptions): Promise<Hold | undefined>
}

/**
 * The first of these that works here; where none does, everybody gets what they ask for: then it is the server that keeps two writers
 * apart (F17).
 */
export function firstOf(...all: readonly Locks[]): Locks {
  const working = new Set(all)
  return {
    async take(name, options) {
      for (const locks of working) {
        try {
          return await locks.take(name, options)
        } catch {
          options.signal.throwIfAborted()
          // What is refused once stays refused, and asking may take its time.
          working.delete(locks)
        }
      }
      return { stay: () => {}, release: () => {} }
    },
  }
}
