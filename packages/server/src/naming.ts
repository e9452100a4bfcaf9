import type { ExistingFile, FileNames } from './file-names.ts'

/** How the stored files are called. What comes from a request was made safe: an extension, or a finished file's name. */
export interface Naming {
  /** Folder inside the store, with `%Y`, `%m` and `%d` for the day (UTC) on which the upload began. */
  readonly folder: string
  /** End of the name of a partial file. */
  readonly partialExtension: string
  /** End of the name of a finished file; equal to the other one: the file keeps its name. */
  readonly completeExtension: string
  /**
   * Names of finished files. `id` (default): that of the upload, with `completeExtension`. The others are made of what the
   * client calls its file: `increment` (`name.0001.ext`), `random-suffix` (`name.<11 characters>.ext`), `random`
   * (`<11 characters>.ext`), `keep` (`name.ext`).
   */
  readonly names: FileNames
  /** With `keep`, if the name is taken: `error` (default): 409; `overwrite`: the older file goes; `rename`: a number is added. */
  readonly existing: ExistingFile
}

/** The names that drf-chunked-upload gives by default. */
export const defaultNaming: Naming = {
  folder: 'chunked_uploads/%Y/%m/%d',
  partialExtension: '.part',
  completeExtension: '.done',
  names: 'id',
  existing: 'error',
}

/** Paths of an upload inside the store; `extension` is added to both, for hosts that want to see what a file is. */
export function namePaths(
  id: string,
  now: number,
  { folder, partialExtension, completeExtension }: Pick<Naming, 'folder' | 'partialExtension' | 'completeExtension'>,
  extension = '',
): { partial: string; complete: string } {
  const [year = '', month = '', day = ''] = new Date(now).toISOString().slice(0, 10).split('-')
  const filled = folder.replaceAll('%Y', year).replaceAll('%m', month).replaceAll('%d', day)
  const stem = filled === '' ? id : `${filled}/${id}`
  return { partial: stem + partialExtension + extension, complete: stem + completeExtension + extension }
}

/** Refuses a naming that could lead out of the store or hide a file. */
export function checkNaming(naming: Naming): void {
  const folder = /^(?:[A-Za-z0-9_%-][A-Za-z0-9._%-]*\/)*[A-Za-z0-9_%-][A-Za-z0-9._%-]*$/
  if (naming.folder !== '' && !folder.test(naming.folder))
    throw new TypeError(
      `Option files.folder: expected a relative path of letters, digits and . _ - %, got ${JSON.stringify(naming.folder)}`,
    )
  for (const name of ['partialExtension', 'completeExtension'] as const)
    if (!/^(?:\.[A-Za-z0-9_-]+)*$/.test(naming[name]))
      throw new TypeError(`Option files.${name}: expected something like ".part", got ${JSON.stringify(naming[name])}`)
}

/** Refuses words that mean nothing. */
export function checkNames({ names, existing }: Naming): void {
  const all = ['id', 'increment', 'random-suffix', 'random', 'keep']
  if (!all.includes(names))
    throw new TypeError(`Option files.names: expected ${all.join(', ')}, got ${JSON.stringify(names)}`)
  if (!['error', 'overwrite', 'rename'].includes(existing))
    throw new TypeError(`Option files.existing: expected error, overwrite, rename, got ${JSON.stringify(existing)}`)
}

/** The last extension of a file name with its dot, in lower case, if it is a plain short one; else nothing. */
export function safeExtension(filename: string): string {
  return /\.([A-Za-z0-9]{1,16})$/.exec(filename)?.[0].toLowerCase() ?? ''
}
