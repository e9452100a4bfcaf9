import type { Hold, Locks } from './locks.ts'

/** How many uploads may be at work at the same time, over all tabs of a browser that send to one origin. */
export interface Budget {
  /** Resolves when there is room for one more; rejects with the signal's reason. */
  enter(signal: AbortSignal): Promise<Hold>
}

/**
 * A page may always have one upload at work, or a tab that the system has put to sleep could keep all others from theirs. What it has
 * beyond that it takes from places that all tabs share: `shared` locks, whose names begin with `name`.
 */
export function createBudget(locks: Locks, name: string, shared: number): Budget {
  const waiting = new Set<() => void>()
  let isOwnTaken = false

  function takeOwn(): Hold {
    isOwnTaken = true
    const release = (): void => {
      isOwnTaken = false
      const [next] = waiting
      next?.()
    }
    return { stay: () => {}, release }
  }

  const ownInTurn = (signal: AbortSignal): Promise<Hold> =>
    new Promise((resolve, reject) => {
      const turn = (): void => {
        waiting.delete(turn)
        resolve(takeOwn())
      }
      waiting.add(turn)
      signal.addEventListener('abort', () => {
        waiting.delete(turn)
        reject(signal.reason)
      })
    })

  return {
    async enter(signal) {
      signal.throwIfAborted()
      if (!isOwnTaken) return takeOwn()
      const over = new AbortController()
      const either = AbortSignal.any([signal, over.signal])
      const take = (place: number): Promise<Hold | undefined> =>
        locks.take(`${name} ${place}`, { wait: true, signal: either, onLost: () => {} })
      const first = (hold: Hold | undefined): Hold => {
        // Two places may be free in the same moment.
        if (!hold || either.aborted) {
          hold?.release()
          throw either.reason
        }
        over.abort()
        return hold
      }
      const places = [ownInTurn(either), ...Array.from({ length: shared }, (_, place) => take(place))]
      return Promise.any(places.map((place) => place.then(first))).catch(() => {
        throw signal.reason
      })
    },
  }
}
