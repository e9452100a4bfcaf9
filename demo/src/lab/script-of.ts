import type { Entry, Fault, Script } from '@chunkwise/testing'

import type { LabRequest } from './state.ts'

/**
 * What became of these requests as a fault script: played from the first request on, it does the same to the same requests. What
 * came while there was no server is left out, since a server that is down uses up no entry either.
 */
export function scriptOf(requests: readonly Pick<LabRequest, 'fault' | 'outcome'>[]): Script {
  const runs: { readonly fault: Fault; times: number }[] = []
  for (const { fault, outcome } of requests) {
    if (outcome === 'down') continue
    const last = runs.at(-1)
    if (last && JSON.stringify(last.fault) === JSON.stringify(fault)) last.times += 1
    else runs.push({ fault, times: 1 })
  }
  // All goes well behind the end of a script.
  if (runs.at(-1)?.fault.fault === 'ok') runs.pop()
  return runs.map(entryFor)
}

function entryFor({ fault, times }: { readonly fault: Fault; readonly times: number }): Entry {
  if (times > 1) return { ...fault, times }
  switch (fault.fault) {
    case 'ok':
    case 'drop':
    case 'lost':
    case 'duplicate':
    case 'html':
    case 'gone':
      return fault.fault
    case 'cut':
    case 'delay':
    case 'slow':
    case 'late':
    case 'status':
    case 'corrupt':
    case 'kill':
      return fault
  }
}

/** A script as JSON that people like to read: one entry a line. */
export function printScript(script: Script): string {
  if (script.length === 0) return '[]'
  const lines = script.map((entry) => `  ${printEntry(entry)}`)
  return `[\n${lines.join(',\n')}\n]`
}

const printEntry = (entry: unknown): string =>
  JSON.stringify(entry, undefined, 1).replaceAll(/\n\s*/g, ' ').replaceAll('{ }', '{}')
