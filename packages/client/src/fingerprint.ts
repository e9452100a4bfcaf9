/** What a file is recognised by before a byte of it was read. `lastModified`: milliseconds since the epoch. */
export interface FingerprintFacts {
  readonly name: string
  readonly type: string
  readonly size: number
  readonly lastModified: number
}

/**
 * The name under which a file is recognised after a reload: the same for the same name, type, size and date, sent to the
 * same endpoint by the same owner. It finds records and proves nothing: samples do.
 */
export function fingerprintOf(
  { name, type, size, lastModified }: FingerprintFacts,
  { endpoint, owner }: { readonly endpoint: string; readonly owner: string },
): string {
  return JSON.stringify([name, type, size, lastModified, endpoint, owner])
}
