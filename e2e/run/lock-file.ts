/**
 * The lines of a lock file that name an address. There must be none: a lock file written beside one registry mirror
 * would send everyone to it.
 */
export const addressesIn = (lockFile: string): string[] =>
  lockFile
    .split('\n')
    .flatMap((line, index) => (/tarball:|https?:\/\//.test(line) ? [`${index + 1}: ${line.trim()}`] : []))
