/**
 * What the tables of a page are about: the words of code in the first cell of each of their rows, not counting the first.
 *
 * @param heading of the only section to look in; the whole page if absent
 */
export function namesInTables(prose: readonly string[], heading?: string): string[] {
  const begin = heading === undefined ? 0 : prose.indexOf(heading)
  if (begin < 0) throw new RangeError(`There is no heading "${heading}"`)
  const depth = heading?.indexOf(' ') ?? 0
  const end = prose.findIndex((line, at) => at > begin && depth > 0 && /^#+/.exec(line)?.[0].length === depth)
  const isRuler = (line = ''): boolean => /^\|[\s:-]+\|/.test(line)
  return prose.slice(begin, end < 0 ? undefined : end).flatMap((line, at, lines) => {
    if (isRuler(lines[at + 1])) return []
    const [, cell = ''] = /^\|(.*?)(?<!\\)\|/.exec(line) ?? []
    return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
  })
}

/** How two lists of names differ, in words; nothing if they are the same. */
export function differences(told: readonly string[], real: readonly string[]): string[] {
  return [
    ...real.filter((name) => !told.includes(name)).map((name) => `"${name}" has no row`),
    ...told.filter((name) => !real.includes(name)).map((name) => `"${name}" has a row, and does not exist`),
    ...told.filter((name, at) => told.indexOf(name) !== at).map((name) => `"${name}" has two rows`),
  ]
}
