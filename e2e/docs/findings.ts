import type { Block } from '../support/blocks.ts'

/** What is wrong with a block, and in which of its lines, counted from 0. */
export interface Fault {
  readonly line: number
  readonly message: string
}

/** Code of a block that the compiler of TypeScript is to look at. */
export interface Module {
  /** `js` is read with mercy: a page without types is not written for a compiler. */
  readonly kind: 'ts' | 'tsx' | 'js'
  readonly code: string
  /** The line of the block that its first line is, counted from 0. */
  readonly line: number
}

/** What the check of one block has found. */
export interface Findings {
  readonly faults?: readonly Fault[]
  readonly modules?: readonly Module[]
  /** The program that could have said more, and is not there. */
  readonly missing?: string
}

/** Looks at one block of a language. */
export type Check = (block: Block) => Findings | Promise<Findings>

/** One fault for what a parser threw, at the line that it names. */
export function thrown(cause: unknown, line = 0): Findings {
  return { faults: [{ line, message: cause instanceof Error ? cause.message : String(cause) }] }
}

/** How many lines stand before a place in a text. */
export const linesBefore = (text: string, place: number): number => text.slice(0, place).split('\n').length - 1
