/** A Markdown table, padded as the formatter wants it. Columns after the first hold numbers and stand to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((row) => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [line(head), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n')
}

/** A number with so many digits behind the point. */
export const digits = (value: number, count = 0): string => value.toFixed(count)

/** Bytes in MiB, with one digit behind the point. */
export const inMiB = (bytes: number): string => (bytes / 1024 ** 2).toFixed(1)
