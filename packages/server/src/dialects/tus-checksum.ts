import { readUploadChecksum, tusChecksumMismatch } from '@chunkwise/protocol'
import { UploadProblem } from '../problem.ts'
import type { BodyRules } from './raw-body.ts'
import { tusChecksums } from './tus-headers.ts'
import { parsed } from './wire.ts'

const hexLength = { md5: 32, sha1: 40, sha256: 64 } as const

/**
 * What a tus request may bring as its body: at most `limit` bytes, and those that `Upload-Checksum` says.
 *
 * @throws UploadProblem `malformed` for an algorithm that is not offered (400, tus 1.0, "Checksum").
 */
export function readBodyRules(request: Request, limit: number): BodyRules {
  const text = request.headers.get('upload-checksum')
  const rules = {
    limit,
    tooLong: () => new UploadProblem('too-large', 'The bytes go beyond the length of the upload'),
    mismatch: () => new UploadProblem('checksum-mismatch', 'Checksum does not match', { status: tusChecksumMismatch }),
  }
  if (text === null) return rules
  const { algorithm, value } = parsed(() => readUploadChecksum(text))
  const known = tusChecksums.find((name) => name === algorithm)
  if (known === undefined) throw new UploadProblem('malformed', `Checksums are taken as ${tusChecksums.join(', ')}`)
  if (value.length !== hexLength[known])
    throw new UploadProblem(
      'malformed',
      `Cannot read Upload-Checksum: expected ${hexLength[known] / 2} bytes of ${known}`,
    )
  return { ...rules, proof: { algorithm: known, value } }
}
