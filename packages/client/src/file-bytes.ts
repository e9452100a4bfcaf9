import { UploadError } from './errors.ts'

/**
 * What a failed read of the person's file means. Browsers tell it by the name of the exception: `NotFoundError` for a file
 * that was deleted, moved or unplugged, `NotReadableError` for one that was written to since it was chosen (File API,
 * section 4.1.2 and "File Read Errors"). Everything else may pass.
 */
export function fileError(cause: unknown, offset: number): UploadError {
  if (cause instanceof UploadError) return cause
  const name = cause instanceof Error ? cause.name : ''
  const cannot = `Cannot read the file at byte ${offset}`
  if (name === 'NotFoundError') {
    return new UploadError('file-gone', `${cannot}: it was deleted, moved or unplugged; choose it again`, { cause })
  }
  if (name === 'NotReadableError') {
    return new UploadError('file-changed', `${cannot}: it has changed since it was chosen; choose it again`, { cause })
  }
  const why = cause instanceof Error ? cause.message : String(cause)
  return new UploadError('file-unreadable', `${cannot}: ${why}; check that it can still be opened, then try again`, {
    cause,
  })
}

/** A read that gave another number of bytes than was asked for: taking it for the end of the file would lose the rest. */
export function shortRead(offset: number, expected: number, read: number): UploadError {
  return new UploadError(
    'file-changed',
    `Cannot read the file at byte ${offset}: expected ${expected} bytes, got ${read}; choose it again`,
  )
}

/** A read without a byte for so long has failed: a network drive that is away, a placeholder of a cloud, in milliseconds. */
export const readLimitMs = 60_000

/** A read that hangs; it may go on another time. */
export function tooSlow(offset: number, limitMs: number): UploadError {
  return new UploadError(
    'file-unreadable',
    `Cannot read the file at byte ${offset}: nothing came for ${limitMs / 1000} s; check the drive it is on, then try again`,
  )
}

/**
 * Reads a short run of bytes whole.
 *
 * @throws UploadError `file-gone`, `file-changed` (also if fewer bytes came than asked) or `file-unreadable` (also after
 *   60 s); the signal's reason if that comes first.
 */
export async function readBytes(file: Blob, start: number, end: number, signal?: AbortSignal): Promise<ArrayBuffer> {
  signal?.throwIfAborted()
  const over = new AbortController()
  const interrupted = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(tooSlow(start, readLimitMs)), readLimitMs)
    over.signal.addEventListener('abort', () => clearTimeout(timer))
    signal?.addEventListener('abort', () => reject(signal.reason), { signal: over.signal })
  })
  try {
    const bytes = await Promise.race([typedRead(file, start, end), interrupted])
    if (bytes.byteLength !== end - start) throw shortRead(start, end - start, bytes.byteLength)
    return bytes
  } finally {
    over.abort()
  }
}

/**
 * The bytes from `start` to `end` as a Blob of the file's type: the file itself if that is all of it. A browser has to be asked for each
 * new Blob, and Chromium opens a file at once where it needs not read it as a Blob.
 */
export const partOf = (file: Blob, start: number, end: number): Blob =>
  start === 0 && end === file.size ? file : file.slice(start, end, file.type)

async function typedRead(file: Blob, start: number, end: number): Promise<ArrayBuffer> {
  try {
    return await partOf(file, start, end).arrayBuffer()
  } catch (cause) {
    await probeByte(file, start)
    throw fileError(cause, start)
  }
}

/**
 * Reads one byte, to learn whether the file can still be read. Streams and request bodies fail without saying why, and in
 * Firefox `arrayBuffer()` does too (`AbortError` for a deleted file); a `FileReader` tells it everywhere. What nothing tells:
 * Firefox reads on without a word in a file that was overwritten since.
 *
 * @throws UploadError `file-gone`, `file-changed` or `file-unreadable`.
 */
export async function probeByte(file: Blob, offset: number): Promise<void> {
  // What has no bytes may still be something else than a file; its slice would never be looked at.
  const start = Math.min(offset, file.size - 1)
  const slice = file.size === 0 ? file : file.slice(start, start + 1)
  let read: number
  try {
    read = (await (typeof FileReader === 'undefined' ? slice.arrayBuffer() : readByFileReader(slice))).byteLength
  } catch (cause) {
    throw fileError(cause, offset)
  }
  if (read !== slice.size) throw shortRead(offset, slice.size, read)
}

function readByFileReader(slice: Blob): Promise<ArrayBuffer> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () =>
      reader.result instanceof ArrayBuffer ? resolve(reader.result) : reject(new TypeError('Expected bytes'))
    reader.onerror = () => reject(reader.error)
    reader.readAsArrayBuffer(slice)
  })
}
