/** What to tell a page that was opened from a file, behind what it could not do: no server lets it in. Empty for all others. */
export const adviceToServe = (): string =>
  globalThis.location?.protocol === 'file:' ? ' (a page opened as a file: serve it over http)' : ''
