import { createMD5, createSHA1, createSHA256, createSHA512 } from 'hash-wasm'
import type { ChecksumAlgorithm } from './record.ts'

/** A checksum in the making, whose state can be kept and gone on from. */
export interface Digest {
  update(bytes: Uint8Array): void
  /** The state so far, for {@link createDigest}. */
  save(): Uint8Array
  /** The checksum as lower-case hex; the digest takes no more bytes afterwards. */
  hex(): string
}

/** Those of whole files, and what single chunks may be proven by besides. */
export type DigestAlgorithm = ChecksumAlgorithm | 'sha1' | 'sha512'

const makers = { md5: createMD5, sha1: createSHA1, sha256: createSHA256, sha512: createSHA512 }

/** A digest from its start, or from a state that `save` gave. Runs wherever WebAssembly does. */
export async function createDigest(algorithm: DigestAlgorithm, state?: Uint8Array): Promise<Digest> {
  const hasher = await makers[algorithm]()
  hasher.init()
  if (state) hasher.load(state)
  return {
    update: (bytes) => void hasher.update(bytes),
    save: () => hasher.save(),
    hex: () => hasher.digest('hex'),
  }
}
