import { readBytes } from './file-bytes.ts'

/** What a file is recognised by before a byte of it was read. `lastModified`: milliseconds since the epoch. */
export interface FingerprintFacts {
  readonly name: string
  readonly type: string
  readonly size: number
  readonly lastModified: number
}

/**
 * The name under which a file is recognised after a reload: the same for the same name, type, size and date, sent to the
 * same endpoint by the same owner. It finds records and proves nothing: {@link samplesOf} does.
 */
export function fingerprintOf(file: FingerprintFacts, endpoint: string, owner: string): string {
  const { name, type, size, lastModified } = file
  return digest64(new TextEncoder().encode(JSON.stringify([name, type, size, lastModified, endpoint, owner])))
}

const block = 16 * 1024
const blocks = 16

/**
 * Digests of 16 blocks of 16 KiB, at places that the size alone decides, first and last among them; a file of up to
 * 256 KiB is covered whole, in as many blocks as it takes. Two files of one size with the same samples are taken for the
 * same file.
 *
 * @throws UploadError `file-gone`, `file-changed` or `file-unreadable`; the signal's reason if that comes first.
 */
export async function samplesOf(file: Blob, signal: AbortSignal): Promise<string[]> {
  const samples: string[] = []
  for (const start of placesOf(file.size)) {
    const bytes = await readBytes(file, start, Math.min(start + block, file.size), signal)
    samples.push(digest64(new Uint8Array(bytes)))
  }
  return samples
}

function placesOf(size: number): number[] {
  if (size <= block * blocks) return Array.from({ length: Math.ceil(size / block) }, (_, index) => index * block)
  const last = size - block
  return Array.from({ length: blocks }, (_, index) => Math.floor(last * (index / (blocks - 1))))
}

/**
 * 64 bits of digest, as 16 hexadecimal digits. Not cryptographic: it tells files apart that nobody made to collide, and
 * works where `crypto.subtle` is missing, on pages served by plain http. Two lanes of 32 bits, each `state = rotate((state
 * xor byte) * odd constant)`, then the length and the finishing mix of MurmurHash3 (public domain), each lane stirred into
 * the other. Stored records depend on it: it must never change.
 */
export function digest64(bytes: Uint8Array): string {
  let a = 0x9e3779b9
  let b = 0x85ebca6b
  for (const byte of bytes) {
    a = Math.imul(a ^ byte, 0x2c1b3c6d)
    a = (a << 13) | (a >>> 19)
    b = Math.imul(b ^ byte, 0x297a2d39)
    b = (b << 17) | (b >>> 15)
  }
  a = finish(a ^ bytes.length ^ Math.imul(b, 0x165667b1))
  b = finish(b ^ bytes.length ^ Math.imul(a, 0x27d4eb2f))
  return hex(a) + hex(b)
}

function finish(lane: number): number {
  let mixed = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

const hex = (lane: number): string => (lane >>> 0).toString(16).padStart(8, '0')
