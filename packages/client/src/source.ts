import { UploadError } from './errors.ts'
import { probeByte, readBytes, shortRead } from './file-bytes.ts'
import type { KeptSource } from './types.ts'

/** What is known of a file without reading it. */
export interface SourceFacts {
  readonly name: string
  readonly type: string
  /** Bytes. */
  readonly size: number
  /** Milliseconds since the epoch; 0 for a Blob, which has no date. */
  readonly lastModified: number
}

/** The file of an upload: what it says of itself, and its bytes. */
export interface Source extends SourceFacts {
  /** The file itself, for whoever reads it without sending it. */
  readonly file: Blob
  /** Where it can be had again after a reload. */
  readonly handle: FileSystemFileHandle | undefined
  /**
   * Bytes from `start` up to `end`, to be sent: the file's own slice, which a browser streams from the disk; in WebKit, or
   * after `switchToCopies`, a copy in memory.
   *
   * @throws UploadError `file-gone`, `file-changed` or `file-unreadable`.
   */
  slice(start: number, end: number, signal?: AbortSignal): Promise<Blob>
  /**
   * Reads one byte, to learn whether a request failed for the file's sake. Asked before anything else was read it also tells
   * a directory, which browsers give like a file.
   *
   * @throws UploadError `file-gone`, `file-changed`, `file-unreadable` or `is-directory`.
   */
  probe(offset: number): Promise<void>
  /** From now on this page sends copies: a request with a slice from the disk went out whole and never ended (F36). */
  switchToCopies(): void
}

/** What to call bytes that have no name. */
const defaultName = 'file'

let copies = false

/** The facts of a file; a Blob is called `file`. */
export function factsOf(file: Blob): SourceFacts {
  const { type, size } = file
  if (!(file instanceof File)) return { name: defaultName, type, size, lastModified: 0 }
  return { name: file.name || defaultName, type, size, lastModified: file.lastModified }
}

/**
 * The file of an upload, from whatever the page was given.
 *
 * @throws UploadError `file-gone` or `file-unreadable` if the file of a handle cannot be opened; `is-directory` for the
 *   handle of one.
 */
export async function createSource(input: File | Blob | FileSystemFileHandle): Promise<Source> {
  if (input instanceof Blob) return sourceOf(input, undefined)
  return sourceOf(await openHandle(input), input)
}

function sourceOf(file: Blob, handle: FileSystemFileHandle | undefined): Source {
  const facts = factsOf(file)
  let proven = false
  return {
    ...facts,
    file,
    handle,
    async slice(start, end, signal) {
      if (copies || isWebKit()) return new Blob([await readBytes(file, start, end, signal)], { type: facts.type })
      const slice = file.slice(start, end, facts.type)
      if (slice.size !== end - start) throw shortRead(start, end - start, slice.size)
      return slice
    },
    async probe(offset) {
      try {
        await probeByte(file, Math.min(offset, Math.max(0, facts.size - 1)))
        proven = true
      } catch (error) {
        throw proven ? error : (asDirectory(error, facts) ?? error)
      }
    },
    switchToCopies: () => void (copies = true),
  }
}

/**
 * The file that an earlier visit kept: from its handle, or from our copy.
 *
 * @param interactive whether this is the answer to a click, so that the browser may ask the person for permission.
 * @throws UploadError `file-needed` if the permission is missing; `file-gone` or `file-unreadable` if it cannot be opened.
 */
export async function reopen(
  kept: KeptSource,
  { name, type, lastModified }: Omit<SourceFacts, 'size'>,
  interactive: boolean,
): Promise<File> {
  // Browsers differ in what a Blob from the database remembers: wrapped anew it is a file like any other.
  if (kept instanceof Blob) return new File([kept], name, { type, lastModified })
  if (!(await mayRead(kept, interactive))) {
    throw new UploadError('file-needed', `Cannot read "${name}": allow this page to read it, or choose it again`)
  }
  return openHandle(kept)
}

async function openHandle(handle: FileSystemFileHandle): Promise<File> {
  // A dropped item may be either, and a caller need not have looked.
  if (!('getFile' in handle)) throw isDirectory(Reflect.get(handle, 'name'))
  try {
    return await handle.getFile()
  } catch (cause) {
    const { name } = handle
    const gone = cause instanceof Error && cause.name === 'NotFoundError'
    throw gone
      ? new UploadError('file-gone', `Cannot open "${name}": it was deleted, moved or unplugged; choose it again`, {
          cause,
        })
      : new UploadError('file-unreadable', `Cannot open "${name}": check that it can be read, then try again`, {
          cause,
        })
  }
}

/** Chromium's permissions of handles (File System Access, section 2.3); elsewhere only private files have handles. */
interface WithPermission {
  queryPermission(options: { mode: 'read' }): Promise<PermissionState>
  requestPermission(options: { mode: 'read' }): Promise<PermissionState>
}

async function mayRead(handle: FileSystemFileHandle, interactive: boolean): Promise<boolean> {
  if (!hasPermission(handle)) return true
  if ((await handle.queryPermission({ mode: 'read' })) === 'granted') return true
  if (!interactive) return false
  try {
    return (await handle.requestPermission({ mode: 'read' })) === 'granted'
  } catch {
    // The click is too long ago: the person can click again.
    return false
  }
}

const hasPermission = (handle: object): handle is WithPermission =>
  'queryPermission' in handle && 'requestPermission' in handle

// Every browser on WebKit names Apple as its vendor, and none on another engine does.
const isWebKit = (): boolean => globalThis.navigator?.vendor?.startsWith('Apple') ?? false

// A directory looks like a file until it is read: then it is not found, or not readable. Only an unread one can be meant.
function asDirectory(error: unknown, { name, type, size }: SourceFacts): UploadError | undefined {
  const unreadable = error instanceof UploadError && (error.code === 'file-gone' || error.code === 'file-changed')
  // On some systems a directory has no size, and nothing else without bytes fails to be read.
  return size === 0 || (unreadable && type === '') ? isDirectory(name, error) : undefined
}

function isDirectory(name: string, cause?: unknown): UploadError {
  return new UploadError(
    'is-directory',
    `Cannot upload "${name}": it is a folder, or it cannot be read; choose files`,
    { cause },
  )
}
