/** Owner by secret, or a function that looks it up; `undefined` for a secret that is not (or no longer) known. */
export type SecretOwners =
  | Readonly<Record<string, string>>
  | ((secret: string) => Promise<string | undefined> | string | undefined)

/**
 * Finds who a secret belongs to. Given as a record, secrets are found by their digest: how long that takes tells nothing of
 * how much of a wrong one was right. A function of the host has to see to that itself.
 */
export function findOwner(owners: SecretOwners): (secret: string) => Promise<string | undefined> {
  if (typeof owners === 'function') return async (secret) => owners(secret)
  let known: Promise<ReadonlyMap<string, string>> | undefined
  return async (secret) => (await (known ??= byDigest(owners))).get(await digestOf(secret))
}

async function byDigest(owners: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, string>> {
  const entries = Object.entries(owners).map(async ([secret, owner]) => [await digestOf(secret), owner] as const)
  return new Map(await Promise.all(entries))
}

/** SHA-256 of a text, in lower-case hex. */
export async function digestOf(text: string): Promise<string> {
  return hexOf(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
}

export const hexOf = (bytes: ArrayBuffer): string =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** Whether two digests are the same, in a time that only depends on their length. */
export function sameDigest(a: string, b: string): boolean {
  let difference = a.length ^ b.length
  for (let at = 0; at < a.length; at += 1) difference |= a.charCodeAt(at) ^ b.charCodeAt(at)
  return difference === 0
}
