import { createDigest, type Digest } from '../digest.ts'
import type { ChecksumAlgorithm, SessionRecord } from '../record.ts'
import type { StoredFile } from '../store.ts'

/** States of checksums at an offset, base64, by algorithm: no node ever reads the bytes again for them. */
export type SumStates = Readonly<Record<string, string>>

/** The checksums that a finish may ask for, in the making. */
export interface Sums {
  update(bytes: Uint8Array): void
  /** The states so far, for {@link sumsOf} and {@link checksumOf}. */
  save(): SumStates
}

/** The checksums of a session, gone on with from their states at the record's offset. What has no state there is left out. */
export async function sumsOf(record: SessionRecord, states: SumStates): Promise<Sums> {
  const wanted = wantedOf(record).filter((algorithm) => record.offset === 0 || states[algorithm] !== undefined)
  const digests = await Promise.all(
    wanted.map(async (algorithm): Promise<[string, Digest]> => [algorithm, await goOn(algorithm, states[algorithm])]),
  )
  return {
    update(bytes) {
      for (const [, digest] of digests) digest.update(bytes)
    },
    save: () =>
      Object.fromEntries(
        digests.map(([algorithm, digest]) => [algorithm, Buffer.from(digest.save()).toString('base64')]),
      ),
  }
}

/**
 * The checksum that a state stands for, as lower-case hex; of the bytes themselves if nobody had asked for this one when they came.
 *
 * @param file gives the bytes
 */
export async function checksumOf(
  states: SumStates,
  algorithm: ChecksumAlgorithm,
  file: () => Promise<StoredFile | undefined>,
  signal: AbortSignal | undefined,
): Promise<string> {
  const digest = await goOn(algorithm, states[algorithm])
  if (states[algorithm] !== undefined) return digest.hex()
  const stored = await file()
  for await (const bytes of stored?.stream() ?? []) {
    signal?.throwIfAborted()
    digest.update(bytes)
  }
  return digest.hex()
}

const goOn = async (algorithm: ChecksumAlgorithm, state: string | undefined): Promise<Digest> =>
  createDigest(algorithm, state === undefined ? undefined : Buffer.from(state, 'base64'))

/** What the finish compares: the server's own, and what the creation has promised. */
function wantedOf({ expects, ietf }: SessionRecord): ChecksumAlgorithm[] {
  const promised = ietf?.digests ?? {}
  const named: (ChecksumAlgorithm | undefined)[] = [
    expects,
    ...('md5' in promised ? ['md5' as const] : []),
    ...('sha-256' in promised ? ['sha256' as const] : []),
  ]
  return [...new Set(named.filter((each) => each !== undefined))]
}
