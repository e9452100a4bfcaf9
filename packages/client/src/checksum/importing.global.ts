/** A script tag has in its one file what modules import later. */
export const importing = <T>(load: () => Promise<T>): Promise<T> => load()
