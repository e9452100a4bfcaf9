import { samplesOf } from './checksum/samples.ts'
import { UploadError, type ErrorCode } from './errors.ts'
import { factsOf } from './fingerprint.ts'
import { partOf, probeByte, readBytes } from './file-bytes.ts'
import type { KeptSource, Source, SourceFacts } from './types.ts'

let copies = false

/** What the file may be the cause of: a server calls a body malformed that ended early. */
const suspicious: ReadonlySet<ErrorCode> = new Set(['network', 'timeout', 'malformed'])

/**
 * The file of an upload, from whatever the page was given.
 *
 * @throws UploadError `file-gone` or `file-unreadable` if the file of a handle cannot be opened; `is-directory` for the
 *   handle of one.
 */
export async function createSource(input: File | Blob | FileSystemFileHandle): Promise<Source> {
  const handle = input instanceof Blob ? undefined : input
  const file = input instanceof Blob ? input : await openHandle(input)
  const facts = factsOf(file)
  return {
    ...facts,
    file,
    handle,
    async slice(start, end) {
      const slice = partOf(file, start, end)
      // A slice that is too short is read too: that says why.
      if (slice.size === end - start && !copies && !isWebKit()) return slice
      return new Blob([await readBytes(file, start, end)], { type: facts.type })
    },
    samples: (signal) => samplesOf(file, signal),
    probe: (offset) => probeByte(file, offset),
    async suspect(error, offset) {
      if (!(error instanceof UploadError && suspicious.has(error.code))) return error
      copies ||= error.code === 'timeout'
      try {
        await probeByte(file, offset)
        return error
      } catch (unreadable) {
        return unreadable
      }
    },
  }
}

/** Whether a file holds what another one does, or had these samples. */
export async function isAlike(file: Blob, other: Blob | readonly string[], signal: AbortSignal): Promise<boolean> {
  const samples = other instanceof Blob ? await samplesOf(other, signal) : other
  return samples.join() === (await samplesOf(file, signal)).join()
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
  if (!('getFile' in handle))
    throw new UploadError('is-directory', `Cannot upload "${name}": it is a folder; choose files`)
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
