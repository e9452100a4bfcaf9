import { writeFileSync } from 'node:fs'
import type { FullResult, Reporter, Suite, TestCase } from '@playwright/test/reporter'
import { interopTable, type Note } from './interop-table.ts'
import { notPlayed, remark, type Sheet, sheetMark, sheets } from './sheets.ts'

const foreword = `# Interoperability

Made by \`pnpm test:peers\`, not by hand: each cell is a test, which compares the bytes that the server keeps with those of the
file. A number stands for the reason why there is no test; one in brackets for what this far end does and others do not, which
the test expects.
`

/** Prints the tables of all scenarios, and writes them into the file that \`INTEROP_DOCUMENT\` names, if it names one. */
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
    const tests = this.#suite?.allTests() ?? []
    const tables = sheets.map((sheet) => `\n## ${sheet.title}\n\n${sheet.foreword}\n\n${tableOf(sheet, tests)}\n`)
    console.log(tables.join(''))
    writeFileSync(path, foreword + tables.join(''))
  }
}

function tableOf({ title, columns }: Sheet, tests: readonly TestCase[]): string {
  const cells = tests.filter((test) => saidOf(test, sheetMark).includes(title))
  const played = cells.map((test) => ({
    scenario: test.parent.title,
    column: test.title,
    passed: test.outcome() === 'expected',
  }))
  const notes = (kind: string): Note[] =>
    cells.flatMap((test) =>
      saidOf(test, kind).map((said) => {
        const [column = '', text = ''] = said.split(/: (.*)/s)
        return { scenario: test.parent.title, column, text }
      }),
    )
  return interopTable(columns, played, notes(notPlayed), notes(remark))
}

const saidOf = ({ annotations }: TestCase, kind: string): string[] =>
  annotations.filter(({ type }) => type === kind).map(({ description = '' }) => description)
