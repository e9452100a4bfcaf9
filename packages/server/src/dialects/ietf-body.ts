import { readDigests } from '@chunkwise/protocol'
import type { WriteChunk } from '../chunk.ts'
import { UploadProblem } from '../problem.ts'
import { fieldDigests } from './digest-names.ts'
import { disagree, type Lengths } from './ietf-lengths.ts'
import { storeBody, type BodyRules } from './raw-body.ts'

/** The first digest of a `Content-Digest` that the server can make; others prove nothing here. */
export function readProof({ headers }: Request): BodyRules['proof'] {
  for (const [name, value] of Object.entries(readDigests(headers.get('content-digest')))) {
    const algorithm = fieldDigests.get(name)
    if (algorithm !== undefined) return { algorithm, value }
  }
  return undefined
}

/**
 * Stores the body of a request at `offset` of an upload of `size` bytes, of at most `limit` if that is not known. Rejects
 * when it goes beyond that, or when it ends elsewhere though it is the last one.
 */
export async function storePart(
  request: Request,
  { offset, last, size, limit, proof }: Lengths & { offset: number; limit: number; proof: BodyRules['proof'] },
  write: WriteChunk,
  signal: AbortSignal,
): Promise<void> {
  const known = size !== undefined && size <= limit
  const rules = {
    limit: (known ? size : limit) - offset,
    proof,
    tooLong: () => (known ? disagree() : new UploadProblem('too-large', `An upload is limited to ${limit} bytes`)),
    mismatch: () => new UploadProblem('checksum-mismatch', 'Content-Digest does not match', { status: 400 }),
  }
  const length = request.body ? await storeBody(request, rules, write, signal) : 0
  if (last && size !== undefined && offset + length !== size) throw disagree()
}
