/** A fenced block of a page. */
export interface Block {
  /** The page's path from the repository's folder, with slashes. */
  readonly page: string
  /** Where its first line of code is, counted from 1. */
  readonly line: number
  /** Empty if the fence names none. */
  readonly language: string
  /** The words after the language: how the block wants to be checked. */
  readonly marks: readonly string[]
  readonly code: string
}

/**
 * The fenced blocks of a page, and its lines outside of them (empty where a block is, so that each keeps its number).
 *
 * @throws SyntaxError for a fence that is never closed.
 */
export function readBlocks(page: string, markdown: string): { blocks: readonly Block[]; prose: readonly string[] } {
  const lines = markdown.split('\n')
  const blocks: Block[] = []
  const prose: string[] = []
  for (let at = 0; at < lines.length; at++) {
    const [, indent = '', fence, words = ''] = /^(\s*)(`{3,}|~{3,})([^`]*)$/.exec(lines[at] ?? '') ?? []
    if (fence === undefined) {
      prose.push(lines[at] ?? '')
      continue
    }
    const end = lines.findIndex((line, index) => index > at && line.trim() === fence)
    if (end < 0) throw new SyntaxError(`${page}:${at + 1} a fence is never closed`)
    const [language = '', ...marks] = words.trim().split(/\s+/)
    const code = lines.slice(at + 1, end).map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
    blocks.push({ page, line: at + 2, language, marks, code: code.join('\n') })
    prose.push(...lines.slice(at, end + 1).map(() => ''))
    at = end
  }
  return { blocks, prose }
}
