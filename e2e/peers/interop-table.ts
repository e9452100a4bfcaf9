import { table } from '../bench/table.ts'

/** What became of one scenario with one far end. */
export interface Played {
  readonly scenario: string
  readonly column: string
  readonly passed: boolean
}

/** A scenario that means nothing to a far end, and why. */
export interface NotPlayed {
  readonly scenario: string
  readonly column: string
  readonly why: string
}

/**
 * The table scenario × far end as Markdown: passed, failed, or a number that stands for the reason why it was not played.
 *
 * @throws Error if nothing is known of a cell, which would look as if it had been played.
 */
export function interopTable(columns: readonly string[], played: readonly Played[], not: readonly NotPlayed[]): string {
  const scenarios = [...new Set(played.map(({ scenario }) => scenario))]
  const reasons = [...new Set(not.map(({ why }) => why))]
  const rows = scenarios.map((scenario) => [scenario, ...columns.map((column) => cell(scenario, column))])

  function cell(scenario: string, column: string): string {
    const isThis = (each: { readonly scenario: string; readonly column: string }): boolean =>
      each.scenario === scenario && each.column === column
    const here = played.filter(isThis)
    if (here.length > 0) return here.every(({ passed }) => passed) ? 'passed' : 'FAILED'
    const why = not.find(isThis)?.why
    if (why === undefined) throw new Error(`Nothing is known of "${scenario}" with ${column}`)
    return String(reasons.indexOf(why) + 1)
  }

  return [table(['', ...columns], rows), '', ...reasons.map((why, index) => `${index + 1}. ${why}`)].join('\n')
}
