import { createMD5, createSHA256 } from 'hash-wasm'
import type { ChecksumAlgorithm } from './record.ts'

/** A checksum in the making, whose state can be kept and gone on from. */
export interface Digest {
  update(bytes: Uint8Array): void
  /** The state so far, for {@link createDigest}. */
  save(): Uint8Array
  /** The checksum as lower-case hex; the digest takes no more bytes afterwards. */
  hex(): string
}

/** A digest from its start, or from a state that `save` gave. Runs wherever WebAssembly does. */
export async function createDigest(algorithm: ChecksumAlgorithm, state?: Uint8Array): Promise<Digest> {
  const hasher = await (algorithm === 'md5' ? createMD5() : createSHA256())
  hasher.init()
  if (state) hasher.load(state)
  return {
    update: (bytes) => void hasher.update(bytes),
    save: () => hasher.save(),
    hex: () => hasher.digest('hex'),
  }
}
