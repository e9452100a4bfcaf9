import { base64ToHex, hexToBase64 } from './base64.ts'
import { asCount, readDictionary } from './structured.ts'

// The fields of RFC 9530: `readDigests`/`writeDigests` for `Repr-Digest` and `Content-Digest`, `readWants`/`writeWants`
// for `Want-Repr-Digest` and `Want-Content-Digest`.

/** Digests by their names in the registry of RFC 9530 (`md5`, `sha`, `sha-256`, `sha-512`), in lower-case hex. */
export type Digests = Readonly<Record<string, string>>

/**
 * Reads `Repr-Digest` or `Content-Digest`. Members that are no bytes are left out; a malformed field is as good as none.
 *
 * @example
 * readDigests('sha-256=:aGk=:') // { 'sha-256': '6869' }
 */
export function readDigests(text: string | null | undefined): Digests {
  const entries = [...(readDictionary(text) ?? [])].flatMap(([algorithm, item]) => {
    const hex = /^:(.+):$/.exec(item)?.[1]
    const value = hex === undefined ? undefined : base64ToHex(hex)
    return value === undefined ? [] : [[algorithm, value] as const]
  })
  return Object.fromEntries(entries)
}

/** Writes `Repr-Digest` or `Content-Digest`; throws a SyntaxError for a value that is not hex. */
export const writeDigests = (digests: Digests): string =>
  Object.entries(digests)
    .map(([algorithm, value]) => `${algorithm}=:${hexToBase64(value)}:`)
    .join(', ')

/**
 * Reads `Want-Repr-Digest`: algorithms, the most wanted first, without the ones that are not wanted (0).
 *
 * @example
 * readWants('sha-256=3, sha-512=10, md5=0') // ['sha-512', 'sha-256']
 */
export function readWants(text: string | null | undefined): string[] {
  const weights = [...(readDictionary(text) ?? [])].map(([algorithm, item]) => ({
    algorithm,
    weight: asCount(item) ?? 0,
  }))
  return weights
    .filter(({ weight }) => weight > 0 && weight <= 10)
    .sort((a, b) => b.weight - a.weight)
    .map(({ algorithm }) => algorithm)
}

/** Writes `Want-Repr-Digest`: the first is wanted most; at most ten. */
export const writeWants = (algorithms: readonly string[]): string =>
  algorithms.map((algorithm, index) => `${algorithm}=${10 - index}`).join(', ')
