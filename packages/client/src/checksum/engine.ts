import { UploadError } from '../errors.ts'
import type { Algorithm, HashState } from '../types.ts'

/** One running digest. */
export interface Digest {
  /** Takes the next bytes. */
  update(bytes: Uint8Array): void
  /** What it took so far, as base64, to go on from later with the same engine. */
  save(): string
  /** Goes on from a saved state; throws if that is none of its engine's and algorithm's, and is unchanged then. */
  load(state: string): void
  /** Begins anew. */
  reset(): void
  /** The digest of what it took so far, lower-case hex. More may follow. */
  hex(): string
}

/** What computes digests of one algorithm. States of one engine are never given to the other. */
export interface Engine {
  readonly name: HashState['engine']
  readonly algorithm: Algorithm
  /** Rejects if this page does not let the engine work. */
  open(): Promise<Digest>
}

/**
 * Opens a digest with the first engine that can: the fast one, or the one that needs no WebAssembly where a page's policy
 * refuses that.
 *
 * @throws UploadError `checksum-unavailable` if none can.
 */
export async function openDigest(
  engines: readonly Engine[],
  algorithm: Algorithm,
): Promise<{ readonly engine: Engine['name']; readonly digest: Digest }> {
  const causes: unknown[] = []
  for (const engine of engines.filter((engine) => engine.algorithm === algorithm)) {
    try {
      return { engine: engine.name, digest: await engine.open() }
    } catch (cause) {
      causes.push(cause)
    }
  }
  throw new UploadError(
    'checksum-unavailable',
    `Cannot compute ${algorithm} on this page: allow WebAssembly in its policy (script-src 'wasm-unsafe-eval'), or use md5`,
    { cause: causes[0] },
  )
}

/** Bytes to text that JSON can hold. */
export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}

/** The way back; throws if the text is not base64. */
export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
