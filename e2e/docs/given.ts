import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../run/command.ts'
import { namesIn } from './source.ts'

/** What the blocks of a page take for granted, as its readers do: `file`, `store`, what an earlier block has imported. */
export interface Given {
  readonly names: readonly string[]
  /** Where a block imports them from. */
  readonly from: string
}

/** Reads what a page takes for granted: `given/docs-server.ts` for `docs/server.md`, if there is such a file. */
export function givenOf(page: string): Given {
  const name = page
    .replace(/\.md$/, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
  const path = join(root, 'e2e/docs/given', `${name}.ts`)
  const names = existsSync(path) ? namesIn(readFileSync(path, 'utf8')).exported : []
  return { names, from: `../given/${name}.ts` }
}
