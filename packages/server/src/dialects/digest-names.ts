import { writeDigests } from '@chunkwise/protocol'
import type { DigestAlgorithm } from '../digest.ts'
import type { SessionRecord } from '../record.ts'

/** Names of digests in RFC 9530, and ours. */
export const fieldDigests: ReadonlyMap<string, DigestAlgorithm> = new Map([
  ['md5', 'md5'],
  ['sha', 'sha1'],
  ['sha-256', 'sha256'],
  ['sha-512', 'sha512'],
])

/** `Repr-Digest` of a finished upload: what is stored, as far as the server has kept it along. */
export function reprDigest({ status, checksum }: SessionRecord): string | undefined {
  if (status !== 'complete' || !checksum || !/^(?:[0-9a-f]{2})+$/.test(checksum.value)) return undefined
  return writeDigests({ [checksum.algorithm === 'md5' ? 'md5' : 'sha-256']: checksum.value })
}
