import { table } from '../bench/table.ts'

/** What became of one scenario with one far end. */
export interface Played {
  readonly scenario: string
  readonly column: string
  readonly passed: boolean
}

/** What is to be said of one scenario with one far end. */
export interface Note {
  readonly scenario: string
  readonly column: string
  readonly text: string
}

/**
 * The table scenario × far end as Markdown: passed, failed, or a number that stands for the reason why it was not played.
 * A number in brackets stands for a remark.
 *
 * @param not the scenarios that mean nothing to a far end, and why
 * @param remarks what is to be known of a cell that was played
 * @throws Error if nothing is known of a cell, which would look as if it had been played.
 */
export function interopTable(
  columns: readonly string[],
  played: readonly Played[],
  not: readonly Note[],
  remarks: readonly Note[] = [],
): string {
  const scenarios = [...new Set(played.map(({ scenario }) => scenario))]
  const texts = [...new Set([...not, ...remarks].map(({ text }) => text))]
  const numberOf = ({ text }: Note): number => texts.indexOf(text) + 1
  const rows = scenarios.map((scenario) => [scenario, ...columns.map((column) => cell(scenario, column))])

  function cell(scenario: string, column: string): string {
    const isThis = (each: { readonly scenario: string; readonly column: string }): boolean =>
      each.scenario === scenario && each.column === column
    const here = played.filter(isThis)
    const remark = remarks.find(isThis)
    const suffix = remark ? ` (${numberOf(remark)})` : ''
    if (here.length > 0) return (here.every(({ passed }) => passed) ? 'passed' : 'FAILED') + suffix
    const why = not.find(isThis)
    if (why === undefined) throw new Error(`Nothing is known of "${scenario}" with ${column}`)
    return String(numberOf(why))
  }

  return [table(['', ...columns], rows), '', ...texts.map((text, index) => `${index + 1}. ${text}`)].join('\n')
}
