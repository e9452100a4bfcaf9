let tries = 0

/**
 * A module that is imported when it is needed; asked again after a failure it is really fetched again. Firefox (measured:
 * ESR 153) keeps in mind that an address failed, until the page is reloaded; another fragment makes another address of it.
 * The address itself, which only the bundler knows, is in the message of the failure.
 */
export function importing<T>(load: () => Promise<T>): Promise<T> {
  return load().catch((failure: unknown) => {
    const address = String(failure).split('loading dynamically imported module: ')[1]
    if (address === undefined) throw failure
    return import(/* @vite-ignore */ /* webpackIgnore: true */ `${address}#${tries}`).catch(() => {
      tries += 1
      throw failure
    })
  })
}
