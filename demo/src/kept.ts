/** What the demo's server says of a finished file. */
export interface Kept {
  /** Path on the server's disk. */
  readonly path: string
  /** MD5 of the stored file, lower-case hex. */
  readonly md5: string
  /** Where it can be downloaded. */
  readonly href: string
}

/**
 * Asks the demo's server where it keeps a finished file.
 *
 * @param answer the answer that finished the upload
 * @returns `undefined` if the answer names no upload, or the server knows none of that name
 */
export async function keptOf(address: string, answer: unknown): Promise<Kept | undefined> {
  const id = idOf(answer)
  if (id === undefined) return undefined
  const href = new URL(`${encodeURIComponent(id)}/`, new URL(address, location.href)).href
  const response = await fetch(href)
  if (!response.ok) return undefined
  const facts: unknown = await response.json()
  if (typeof facts !== 'object' || facts === null || !('path' in facts) || !('md5' in facts)) return undefined
  const { path, md5 } = facts
  return typeof path === 'string' && typeof md5 === 'string' ? { path, md5, href: `${href}file` } : undefined
}

function idOf(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null || !('id' in answer)) return undefined
  return typeof answer.id === 'string' ? answer.id : undefined
}
