/** Whether the browser believes it is online. Its word lies both ways: it ends no request, and is asked only after one failed. */
export const isOnline = (): boolean =>
  // Node has no navigator, or one that does not say.
  typeof navigator === 'undefined' || !Object.is(navigator.onLine, false)

/** Calls `onWake` whenever trying at once may pay: online, back from the cache, visible, another connection. */
export function watchNetwork(onWake: () => void): () => void {
  if (typeof globalThis.addEventListener !== 'function') return () => {}
  const stop = new AbortController()
  const { signal } = stop
  const onVisible = (): void => {
    if (document.visibilityState === 'visible') onWake()
  }
  globalThis.addEventListener('online', onWake, { signal })
  globalThis.addEventListener('pageshow', onWake, { signal })
  globalThis.document?.addEventListener('visibilitychange', onVisible, { signal })
  connection()?.addEventListener('change', onWake, { signal })
  return () => stop.abort()
}

// Not every browser has it, and TypeScript's library does not know it.
function connection(): EventTarget | undefined {
  const found: unknown = typeof navigator === 'undefined' ? undefined : Reflect.get(navigator, 'connection')
  return found instanceof EventTarget ? found : undefined
}
