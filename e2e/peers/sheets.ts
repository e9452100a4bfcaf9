import { test } from '@playwright/test'
import { peerNames } from './peers.ts'

/** A table of `docs/interop.md`: scenarios down, far ends across. */
export interface Sheet<Column extends string = string> {
  /** Its heading. */
  readonly title: string
  /** What is said above it: Markdown. */
  readonly foreword: string
  /** From left to right. */
  readonly columns: readonly Column[]
}

/** The client with the Django apps. */
export const djangoSheet = {
  title: 'Our client, servers in Django',
  foreword: 'The client in Chromium with the servers that people run.',
  columns: peerNames,
} as const satisfies Sheet

/** All of them, in the order of the document. */
export const sheets: readonly Sheet[] = [djangoSheet]

/** Where a scenario is not played, and why. */
export type Elsewhere<Column extends string> = Partial<Readonly<Record<Column, string>>>

/** The annotation that says which sheet a scenario is in; its text is the title. */
export const sheetMark = 'sheet'
/** The annotation that says where a scenario is not played; its text is `column: why`. */
export const notPlayed = 'not played'

/**
 * Declares a scenario: a row of a sheet.
 *
 * @param elsewhere the columns it means nothing to, and why
 * @param declare declares the test of one column, under the column's name
 */
export function row<Column extends string>(
  sheet: Sheet<Column>,
  scenario: string,
  elsewhere: Elsewhere<Column>,
  declare: (column: Column) => void,
): void {
  const here = sheet.columns.filter((column) => elsewhere[column] === undefined)
  const annotation = [
    { type: sheetMark, description: sheet.title },
    ...Object.entries(elsewhere).map(([column, why]) => ({
      type: notPlayed,
      description: `${column}: ${String(why)}`,
    })),
  ]
  test.describe(scenario, { annotation }, () => here.forEach((column) => declare(column)))
}
