import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../run/command.ts'

/** A page that people read. */
export interface Document {
  /** From the repository's folder, with slashes. */
  readonly page: string
  readonly markdown: string
}

// What typedoc writes is made of code that is checked elsewhere.
const generated = /^docs\/(api|node_modules|\.vitepress)\//

/** The README, those of the packages, and everything in `docs`. */
export async function readDocuments(): Promise<readonly Document[]> {
  const inDocs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .map((path) => `docs/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.md') && !generated.test(path))
  const packages = readdirSync(join(root, 'packages'))
    .map((name) => `packages/${name}/README.md`)
    .filter((path) => existsSync(join(root, path)))
  return Promise.all(['README.md', ...inDocs.toSorted(), ...packages].map(readDocument))
}

/** Reads one page, by its path from the repository's folder. */
export const readDocument = async (page: string): Promise<Document> => ({
  page,
  markdown: await readFile(join(root, page), 'utf8'),
})
