import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../run/command.ts'
import type { Block } from '../support/blocks.ts'
import { namesIn, usesName } from './source.ts'

const folder = join(root, 'e2e/docs/given')

/** What the blocks of a page take for granted, as its readers do: `file`, `store`, what an earlier block has imported. */
export interface Given {
  readonly names: readonly string[]
  /** Where a block imports them from. */
  readonly from: string
}

/** Reads what a page takes for granted: `given/docs-server.ts` for `docs/server.md`, if there is such a file. */
export function givenOf(page: string): Given {
  const name = nameOf(page)
  const path = join(folder, name)
  const names = existsSync(path) ? namesIn(readFileSync(path, 'utf8')).exported : []
  return { names, from: `../given/${name}` }
}

/** What is given and taken by nobody: names that no block of their page has, and files of no page. */
export function idleGifts(pages: readonly string[], blocks: readonly Block[]): string[] {
  const names = pages.flatMap((page) =>
    givenOf(page)
      .names.filter((name) => !blocks.some((block) => block.page === page && usesName(block.code, name)))
      .map((name) => `No block of ${page} takes "${name}", which it is given`),
  )
  const known = new Set(pages.map(nameOf))
  const files = readdirSync(folder).filter((name) => !known.has(name))
  return [...names, ...files.map((name) => `No page takes e2e/docs/given/${name}`)]
}

const nameOf = (page: string): string =>
  `${page
    .replace(/\.md$/, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')}.ts`
