/** What data stores put beside an upload, under its id with this at the end. */
const besides = /^(.+)(?:\.json|\.info|\.part|_patch)$/

/**
 * What a finished file takes with its path: itself, and the path of the file that would have its own facts there. Of two
 * files that would spoil each other in a data store, the second one is refused.
 *
 * @example
 * namesOf('day/a.json') // ['day/a.json', 'day/a']
 */
export function namesOf(path: string): readonly string[] {
  const [, other] = besides.exec(path) ?? []
  return other === undefined ? [path] : [path, other]
}
