import { test } from '@playwright/test'
import { clientNames } from './clients/clients.ts'
import { peerNames } from './peers.ts'
import { tusPeerNames } from './tus-peers.ts'

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

/** The client with servers of tus and of the IETF draft. */
export const tusSheet = {
  title: 'Our client, servers of tus and of the IETF draft',
  foreword: `The client in Chromium with the servers that people run; "draft" is the IETF draft. django-tus is mended for this: as
it was released, it does not work with Django 4 and later, wipes what it has of a file with each chunk, and takes its folder of
unfinished files away with the last one.`,
  columns: tusPeerNames,
} as const satisfies Sheet

/** Our server with the clients of others. */
export const clientSheet = {
  title: 'Other clients, our server',
  foreword: `Clients of tus that people use, those in Chromium from another origin, with our server and its disk store. The drafts are
those of the IETF draft that tus-js-client speaks.`,
  columns: clientNames,
} as const satisfies Sheet

/** All of them, in the order of the document. */
export const sheets: readonly Sheet[] = [djangoSheet, tusSheet, clientSheet]

/** Columns, and what is to be said of them: why a scenario is not played there. */
export type Elsewhere<Column extends string> = Partial<Readonly<Record<Column, string>>>

/** The annotation that says which sheet a scenario is in; its text is the title. */
export const sheetMark = 'sheet'
/** The annotation that says where a scenario is not played; its text is `column: why`. */
export const notPlayed = 'not played'
/** The annotation that says what is to be known of a column that is played; its text is `column: what`. */
export const remark = 'remark'

/**
 * Declares a scenario: a row of a sheet.
 *
 * @param elsewhere the columns it means nothing to, and why
 * @param declare declares the test of one column, under the column's name
 * @param remarks the columns that do not do what the others do, and what they do: their tests expect just that
 */
export function row<Column extends string>(
  sheet: Sheet<Column>,
  scenario: string,
  elsewhere: Elsewhere<Column>,
  declare: (column: Column) => void,
  remarks: Elsewhere<Column> = {},
): void {
  const here = sheet.columns.filter((column) => elsewhere[column] === undefined)
  const annotation = [
    { type: sheetMark, description: sheet.title },
    ...said(notPlayed, sheet.columns, elsewhere),
    ...said(remark, sheet.columns, remarks),
  ]
  test.describe(scenario, { annotation }, () => here.forEach((column) => declare(column)))
}

const said = <Column extends string>(
  type: string,
  columns: readonly Column[],
  texts: Elsewhere<Column>,
): { type: string; description: string }[] =>
  columns.flatMap((column) => {
    const text = texts[column]
    return text === undefined ? [] : [{ type, description: `${column}: ${text}` }]
  })
