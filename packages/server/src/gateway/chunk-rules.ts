import type { ChunkRules } from './host.ts'

/** Why a host does not want a chunk of so many bytes at this offset; `undefined`: it does. */
export function objection(
  { min = 0, max = Infinity, multipleOf = 1 }: ChunkRules,
  offset: number,
  length: number,
  size: number,
): string | undefined {
  if (length > max) return `A chunk has at most ${max} bytes`
  if (offset + length === size) return undefined
  if (length < min) return `A chunk has at least ${min} bytes, or is the last one`
  return length % multipleOf === 0
    ? undefined
    : `The size of a chunk is a multiple of ${multipleOf}, or it is the last one`
}

/** What a host wants of chunks, told by the names of the IETF draft (`Upload-Limit`). */
export const limitOf = ({ min, max }: ChunkRules, maxSize: number): string =>
  Object.entries({ 'max-size': maxSize, 'min-append-size': min, 'max-append-size': max })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')
