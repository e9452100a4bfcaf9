import { UploadError } from '../errors.ts'
import { probeByte, readBytes } from '../file-bytes.ts'
import { keepLately } from './lately.ts'

const block = 16 * 1024
const blocks = 16

/** Files that could be read once: whatever becomes of them, they are no folders. */
const readable = new WeakSet<Blob>()

/**
 * Digests of 16 blocks of 16 KiB, at places that the size alone decides, first and last among them; a file of up to
 * 256 KiB is covered whole, in as many blocks as it takes. Two files of one size with the same samples are taken for the
 * same file. Being the first to read a file, this also tells a folder, which browsers give like a file.
 *
 * @throws UploadError `is-directory`, `file-gone`, `file-changed` or `file-unreadable`; the signal's reason if that comes first.
 */
export async function samplesOf(file: Blob, signal: AbortSignal): Promise<string[]> {
  try {
    const samples: string[] = []
    // What has no bytes may still be something else than a file.
    if (file.size === 0) await probeByte(file, 0)
    for (const start of placesOf(file.size)) {
      const bytes = await readBytes(file, start, Math.min(start + block, file.size), signal)
      samples.push(digest64(new Uint8Array(bytes)))
      if (bytes.byteLength === file.size) keepLately(file, bytes)
    }
    readable.add(file)
    return samples
  } catch (error) {
    throw readable.has(file) ? error : (asDirectory(error, file) ?? error)
  }
}

// A directory looks like a file until it is read: then it is not found, or not readable.
function asDirectory(cause: unknown, file: Blob): UploadError | undefined {
  const unreadable = cause instanceof UploadError && (cause.code === 'file-gone' || cause.code === 'file-changed')
  // On some systems a directory has no size, and nothing else without bytes fails to be read.
  if (file.size > 0 && !(unreadable && file.type === '')) return undefined
  const name = file instanceof File ? file.name : 'file'
  const message = `Cannot upload "${name}": it is a folder, or it cannot be read; choose files`
  return new UploadError('is-directory', message, { cause })
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
