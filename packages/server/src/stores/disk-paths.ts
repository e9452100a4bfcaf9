import { constants } from 'node:fs'
import { mkdir, open, realpath, stat, type FileHandle } from 'node:fs/promises'
import { dirname, resolve, sep } from 'node:path'
import { sharedRound } from './shared-round.ts'

/** A folder that nothing is opened outside of (S01, I17). */
export interface Root {
  readonly path: string
  /** Absolute path of something inside. Throws for what would lie outside. */
  at(relative: string): string
  /** Opens a file inside, never through a link and never anything but a plain file. */
  open(relative: string, mode: OpenMode): Promise<FileHandle>
  /** Makes the folders that a file needs, durable and private. */
  prepare(relative: string): Promise<void>
  /** The same, and works in them; once more if they were removed meanwhile, as whoever tidies up does with empty ones. */
  within<T>(relative: string, work: () => Promise<T>): Promise<T>
  /** Makes the names in a file's folder durable, together with others that want it: a rename without it may be undone (S14). */
  syncNames(relative: string): Promise<void>
}

/** `create` refuses a file that is there. */
export type OpenMode = 'read' | 'write' | 'create'

const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
const flags: Readonly<Record<OpenMode, number>> = {
  read: O_RDONLY | O_NOFOLLOW,
  write: O_RDWR | O_NOFOLLOW,
  create: O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW,
}
const privateFile = 0o600
const privateFolder = 0o700

/** Said when a folder cannot be made, or is none. */
export class FolderUnusableError extends Error {
  override readonly name = 'FolderUnusableError'
}

/**
 * The root at a folder, which is made if it is not there.
 *
 * @throws FolderUnusableError that names the folder and what is in the way.
 */
export async function openRoot(folder: string): Promise<Root> {
  const path = await makeFolder(resolve(folder)).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new FolderUnusableError(`Cannot keep files in the folder ${folder}: ${reason}`, { cause })
  })
  const known = new Set<string>([path])
  const syncs = new Map<string, () => Promise<void>>()

  const at = (relative: string): string => {
    const absolute = resolve(path, relative)
    if (absolute.startsWith(path + sep) && !relative.includes('\0')) return absolute
    throw new Error(`Refused a path outside the store: ${JSON.stringify(relative)}`)
  }

  async function prepare(relative: string): Promise<void> {
    const folder = dirname(at(relative))
    if (known.has(folder)) return
    const missing: string[] = []
    for (let step = folder; !known.has(step); step = dirname(step)) missing.unshift(step)
    for (const step of missing) {
      await mkdir(step, { mode: privateFolder }).catch((error: unknown) => {
        if (!isCode(error, 'EEXIST')) throw error
      })
      await syncPath(dirname(step))
      known.add(step)
    }
  }

  async function within<T>(relative: string, work: () => Promise<T>): Promise<T> {
    await prepare(relative)
    try {
      return await work()
    } catch (error) {
      if (!isCode(error, 'ENOENT')) throw error
      for (let step = dirname(at(relative)); step !== path; step = dirname(step)) known.delete(step)
      await prepare(relative)
      return work()
    }
  }

  return {
    path,
    at,
    prepare,
    within,
    async syncNames(relative) {
      const folder = dirname(at(relative))
      const sync = syncs.get(folder) ?? sharedRound(() => syncPath(folder))
      syncs.set(folder, sync)
      await sync()
    },
    async open(relative, mode) {
      const handle = await open(at(relative), flags[mode], privateFile)
      // What was just made is plain.
      if (mode === 'create') return handle
      return orClose(handle, async () => {
        if ((await handle.stat()).isFile()) return handle
        throw new Error(`Refused what is no plain file: ${JSON.stringify(relative)}`)
      })
    },
  }
}

/** Does the first work with a handle; nobody else would close it if that fails. */
export async function orClose<T>(handle: FileHandle, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await handle.close()
    throw error
  }
}

/**
 * Makes a folder and those that it lies in, durable as far as the system lets it, and gives its real path. Node's recursive `mkdir` asks for ever where a file
 * system says of a folder in a parent that is there that something is missing, as `/proc` does: so each is tried twice.
 */
async function makeFolder(folder: string): Promise<string> {
  const make = async (): Promise<void> => {
    try {
      await mkdir(folder, { mode: privateFolder })
      await syncPath(dirname(folder))
    } catch (error) {
      if (!(await isFolder(folder))) throw error
    }
  }
  await make().catch(async (error: unknown) => {
    if (!isCode(error, 'ENOENT') || dirname(folder) === folder) throw error
    await makeFolder(dirname(folder))
    await make()
  })
  return realpath(folder)
}

const isFolder = async (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )

/** Makes a file, or the names in a folder, durable. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, O_RDONLY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Whether an error is the system's of this code, `ENOENT` and the like. */
export function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}
