/** How the stored files are called. Nothing of it comes from a request but an extension, and that made safe. */
export interface Naming {
  /** Folder inside the store, with `%Y`, `%m` and `%d` for the day (UTC) on which the upload began. */
  readonly folder: string
  /** End of the name of a partial file. */
  readonly partialExtension: string
  /** End of the name of a finished file; equal to the other one: the file keeps its name. */
  readonly completeExtension: string
}

/** The names that drf-chunked-upload gives by default. */
export const defaultNaming: Naming = {
  folder: 'chunked_uploads/%Y/%m/%d',
  partialExtension: '.part',
  completeExtension: '.done',
}

/** Paths of an upload inside the store; `extension` is added to both, for hosts that want to see what a file is. */
export function namePaths(
  id: string,
  now: number,
  { folder, partialExtension, completeExtension }: Naming,
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

/** The last extension of a file name with its dot, in lower case, if it is a plain short one; else nothing. */
export function safeExtension(filename: string): string {
  return /\.([A-Za-z0-9]{1,16})$/.exec(filename)?.[0].toLowerCase() ?? ''
}
