/** Who wants to know. */
export interface Listeners<Value> {
  add(listener: (value: Value) => void): () => void
  notify(value: Value): void
}

/** A set of listeners; one that throws is reported as uncaught and breaks nothing. */
export function createListeners<Value>(): Listeners<Value> {
  const all = new Set<(value: Value) => void>()
  return {
    add(listener) {
      // The same function may be added twice, and each removal takes back its own.
      const own = (value: Value): void => listener(value)
      all.add(own)
      return () => void all.delete(own)
    },
    notify(value) {
      for (const listener of [...all]) {
        try {
          if (all.has(listener)) listener(value)
        } catch (error) {
          queueMicrotask(() => {
            throw error
          })
        }
      }
    },
  }
}
