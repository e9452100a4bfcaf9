// Node has no navigator, or one that does not say; TypeScript's library does not know the `connection` of some browsers.
const browser = (): { readonly onLine?: boolean; readonly connection?: EventTarget } => globalThis.navigator ?? {}

/** Whether the browser believes it is online. Its word lies both ways: it ends no request, and is asked only after one failed. */
export const isOnline = (): boolean => browser().onLine ?? true

/** Calls `onWake` whenever trying at once may pay: online, back from the cache, visible, another connection. */
export function watchNetwork(onWake: () => void): () => void {
  const stop = new AbortController()
  const listen = (target: EventTarget | undefined, type: string, listener: () => void): void =>
    target?.addEventListener?.(type, listener, { signal: stop.signal })
  const onVisible = (): void => {
    if (document.visibilityState === 'visible') onWake()
  }
  listen(globalThis, 'online', onWake)
  listen(globalThis, 'pageshow', onWake)
  listen(globalThis.document, 'visibilitychange', onVisible)
  listen(browser().connection, 'change', onWake)
  return () => stop.abort()
}
