import { writeFileSync } from 'node:fs'
import type { FullResult, Reporter, Suite } from '@playwright/test/reporter'
import { interopTable } from './interop-table.ts'
import { peerNames } from './peers.ts'
import { notPlayed } from './scenario.ts'

const foreword = `# Interoperability

The client in Chromium with the servers that people run. Made by \`pnpm test:peers\`, not by hand: each cell is a test, which
compares the bytes that the server keeps with those of the file.

`

/** Prints the table of all scenarios and peers, and writes it into the file that \`INTEROP_DOCUMENT\` names, if it names one. */
// Playwright wants a class, as the default export.
// oxlint-disable-next-line import/no-default-export
export default class InteropReporter implements Reporter {
  #suite: Suite | undefined

  onBegin(_config: unknown, suite: Suite): void {
    this.#suite = suite
  }

  onEnd(_result: FullResult): void {
    const path = process.env['INTEROP_DOCUMENT']
    if (path === undefined) return
    const scenarios = (this.#suite?.allTests() ?? []).filter(({ title }) => isPeer(title))
    const played = scenarios.map((test) => ({
      scenario: test.parent.title,
      peer: test.title,
      passed: test.outcome() === 'expected',
    }))
    const not = scenarios.flatMap(({ parent, annotations }) =>
      annotations
        .filter(({ type }) => type === notPlayed)
        .map(({ description = '' }) => {
          const [peer = '', why = ''] = description.split(/: (.*)/s)
          return { scenario: parent.title, peer, why }
        }),
    )
    const table = interopTable(peerNames, played, not)
    console.log(`\n${table}`)
    writeFileSync(path, `${foreword}${table}\n`)
  }
}

const isPeer = (title: string): boolean => peerNames.some((name) => name === title)
