import type { TestResult } from '../counts.ts'
import type { Chapter, Row } from './rows.ts'

/** A test as the table tells it. */
interface Told {
  readonly step: string
  readonly file: string
  readonly title: string
  readonly passed: boolean
}

/** A row, the tests that name it, and whether they prove it. */
export interface Proof {
  readonly row: Row
  readonly tests: readonly Told[]
  readonly result: 'passed' | 'failed' | 'no test' | 'cannot be tested here'
}

/** Tests by the step that ran them. */
export type Ran = ReadonlyMap<string, readonly TestResult[]>

/**
 * Finds the tests of a row: those whose name, or a group's that they stand in, has its number; `I05 to I09` names five. A row
 * is proven if it has one and none of them failed.
 */
export function prove(row: Row, ran: Ran): Proof {
  const tests = [...ran].flatMap(([step, results]) => told(step, results, row))
  if (tests.some(({ passed }) => !passed)) return { row, tests, result: 'failed' }
  if (tests.length > 0) return { row, tests, result: 'passed' }
  return { row, tests, result: row.untested === undefined ? 'no test' : 'cannot be tested here' }
}

/** Whether a release may go out with it. */
export const holds = ({ row, result }: Proof): boolean =>
  result === 'passed' || result === 'cannot be tested here' || (result === 'no test' && row.priority === 2)

/** The numbers in a name. */
export function numbersIn(title: string): ReadonlySet<string> {
  const numbers = new Set(title.match(/\b[FSI]\d\d\b/g))
  for (const [, letter = '', from, to] of title.matchAll(/\b([FSI])(\d\d) to \1(\d\d)\b/g))
    for (let at = Number(from); at <= Number(to); at++) numbers.add(`${letter}${String(at).padStart(2, '0')}`)
  return numbers
}

// The same test in two browsers is told once, and passed only if it did in both.
function told(step: string, results: readonly TestResult[], { number }: Row): Told[] {
  const found = new Map<string, Told>()
  for (const { file, title, passed } of results) {
    if (!numbersIn(title).has(number)) continue
    const key = `${file} ${title}`
    found.set(key, { step, file, title, passed: passed && (found.get(key)?.passed ?? true) })
  }
  return [...found.values()].toSorted((one, other) => order(one.file, other.file) || order(one.title, other.title))
}

// Not by the language of whoever runs it.
const order = (one: string, other: string): number => (one < other ? -1 : Number(one > other))

const foreword = `# Reliability

Made by \`pnpm test\`, not by hand. What may go wrong with an upload (F), what attackers try with the server (S), and what must
always hold (I), each with the tests that answer for it and how they ended: a test answers for a row by naming its number. Nothing
is released with a row of priority 0 that is not green, nothing is called 1.0 with one of priority 1.

How the tests are made, and how to break them: [Contributing](CONTRIBUTING.md).
`

/** Tests that are told by their titles; what is beyond them is counted. */
const most = 8

/** The document. */
export function reliabilityDocument(chapters: readonly Chapter[], ran: Ran): string {
  const parts = chapters.map(({ title, rows }) => {
    const proofs = rows.map((row) => prove(row, ran))
    return `\n## ${title}\n\n${table(proofs)}\n${proofs.map(section).join('')}`
  })
  return foreword + parts.join('')
}

function table(proofs: readonly Proof[]): string {
  const cells = proofs.map(({ row, tests, result }) => [
    `[${row.number}](#${row.number.toLowerCase()})`,
    String(row.priority),
    row.what,
    String(tests.length),
    result,
  ])
  const all = [['', 'P', 'What', 'Tests', 'Result'], ...cells]
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(3, ...all.map((line) => line[column]?.length ?? 0)))
  const lineOf = (line: readonly string[]): string =>
    `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |\n`
  const [head = [], ...rest] = all
  return lineOf(head) + rule + rest.map(lineOf).join('')
}

function section({ row, tests, result }: Proof): string {
  const why = row.untested === undefined ? '' : `\n${row.untested}\n`
  const list = filesOf(tests).map(([file, own]) => {
    const shown = own.slice(0, most)
    const more = own.length - shown.length
    const [{ step } = { step: '' }] = own
    const lines = shown.map(({ title, passed }) => `  - ${plain(title)}${passed ? '' : ': **failed**'}\n`)
    return `- \`${file}\` (${step})\n${lines.join('')}${more > 0 ? `  - and ${more} more\n` : ''}`
  })
  const said = tests.length > 0 ? `\n${list.join('')}` : ''
  return `\n### ${row.number}\n\n${row.what}: **${result}**.\n${why}${said}`
}

function filesOf(tests: readonly Told[]): [file: string, tests: Told[]][] {
  const files = new Map<string, Told[]>()
  for (const test of tests) {
    const own = files.get(test.file) ?? []
    own.push(test)
    files.set(test.file, own)
  }
  // What failed is told first, or it might be among those that are only counted.
  return [...files].map(([file, own]) => [
    file,
    own.toSorted((one, other) => Number(one.passed) - Number(other.passed)),
  ])
}

// Titles are text: nothing in them is a link, a tag or emphasis.
const plain = (title: string): string =>
  title.replace(/\p{Cc}+/gu, ' ').replace(/[\\`*_[\]<>{}#|~$&]/g, (character) => `&#${character.charCodeAt(0)};`)
