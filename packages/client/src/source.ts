import { UploadError } from './errors.ts'
import type { Hashing, KeptSource } from './types.ts'

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
  slice(start: number, end: number): Promise<Blob>
  /**
   * Reads one byte, to learn whether a request failed for the file's sake.
   *
   * @throws UploadError `file-gone`, `file-changed` or `file-unreadable`.
   */
  probe(offset: number): Promise<void>
  /** From now on this page sends copies: a request with a slice from the disk went out whole and never ended (F36). */
  switchToCopies(): void
}

let copies = false

/** The facts of a file; what has no name is called `file`, and of an unopened handle only the name is known. */
export const factsOf = ({ name, type = '', size = 0, lastModified = 0 }: Partial<SourceFacts>): SourceFacts => ({
  name: name || 'file',
  ...{ type, size, lastModified },
})

/**
 * The file of an upload, from whatever the page was given. It is read by `hashing`, which must be ready by then.
 *
 * @throws UploadError `file-gone` or `file-unreadable` if the file of a handle cannot be opened; `is-directory` for the
 *   handle of one.
 */
export async function createSource(
  input: File | Blob | FileSystemFileHandle,
  hashing: Pick<Hashing, 'read' | 'probe'>,
): Promise<Source> {
  const handle = input instanceof Blob ? undefined : input
  const file = input instanceof Blob ? input : await openHandle(input)
  const facts = factsOf(file)
  return {
    ...facts,
    file,
    handle,
    async slice(start, end) {
      const slice = file.slice(start, end, facts.type)
      // A slice that is too short is read too: that says why.
      if (slice.size === end - start && !copies && !isWebKit()) return slice
      return new Blob([await hashing.read(file, start, end)], { type: facts.type })
    },
    probe: (offset) => hashing.probe(file, offset),
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
  const { name } = handle
  // A dropped item may be either, and a caller need not have looked.
  if (!('getFile' in handle)) throw new UploadError('is-directory', `Cannot upload "${name}": it is a folder; choose files`)
  try {
    return await handle.getFile()
  } catch (cause) {
    const gone = cause instanceof Error && cause.name === 'NotFoundError'
    const [code, why] = gone
      ? (['file-gone', 'it was deleted, moved or unplugged; choose it again'] as const)
      : (['file-unreadable', 'check that it can be read, then try again'] as const)
    throw new UploadError(code, `Cannot open "${name}": ${why}`, { cause })
  }
}

/** Chromium's permissions of handles (File System Access, section 2.3); elsewhere only private files have handles. */
interface WithPermission {
  queryPermission(options: { mode: 'read' }): Promise<PermissionState>
  requestPermission(options: { mode: 'read' }): Promise<PermissionState>
}

async function mayRead(handle: FileSystemFileHandle, interactive: boolean): Promise<boolean> {
  if (!hasPermission(handle)) return true
  const wanted = { mode: 'read' } as const
  if ((await handle.queryPermission(wanted)) === 'granted') return true
  // Too long after the click the browser refuses to ask: the person can click again.
  return interactive && (await handle.requestPermission(wanted).catch(() => 'denied')) === 'granted'
}

const hasPermission = (handle: object): handle is WithPermission =>
  'queryPermission' in handle && 'requestPermission' in handle

// Every browser on WebKit names Apple as its vendor, and none on another engine does.
const isWebKit = (): boolean => globalThis.navigator?.vendor?.startsWith('Apple') ?? false
