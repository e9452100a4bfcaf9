import { table } from '../bench/table.ts'

/** What became of one scenario with one peer. */
export interface Played {
  readonly scenario: string
  readonly peer: string
  readonly passed: boolean
}

/** A scenario that means nothing to a peer, and why. */
export interface NotPlayed {
  readonly scenario: string
  readonly peer: string
  readonly why: string
}

/**
 * The table scenario × peer as Markdown: passed, failed, or a number that stands for the reason why it was not played.
 *
 * @throws Error if nothing is known of a cell, which would look as if it had been played.
 */
export function interopTable(peers: readonly string[], played: readonly Played[], not: readonly NotPlayed[]): string {
  const scenarios = [...new Set(played.map(({ scenario }) => scenario))]
  const reasons = [...new Set(not.map(({ why }) => why))]
  const rows = scenarios.map((scenario) => [scenario, ...peers.map((peer) => cell(scenario, peer))])

  function cell(scenario: string, peer: string): string {
    const isThis = (each: { readonly scenario: string; readonly peer: string }): boolean =>
      each.scenario === scenario && each.peer === peer
    const here = played.filter(isThis)
    if (here.length > 0) return here.every(({ passed }) => passed) ? 'passed' : 'FAILED'
    const why = not.find(isThis)?.why
    if (why === undefined) throw new Error(`Nothing is known of "${scenario}" with ${peer}`)
    return String(reasons.indexOf(why) + 1)
  }

  return [table(['', ...peers], rows), '', ...reasons.map((why, index) => `${index + 1}. ${why}`)].join('\n')
}
