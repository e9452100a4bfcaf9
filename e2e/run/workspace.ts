import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './command.ts'

/** Folders of all packages, from the repository's own. */
export const packageFolders = (): string[] =>
  [...readdirSync(join(root, 'packages')).map((name) => join('packages', name)), 'e2e', 'demo', 'docs'].filter(
    (folder) => existsSync(join(root, folder, 'package.json')),
  )

/** Folders of the packages that are published. */
export const publishedFolders = (): string[] =>
  packageFolders().filter((folder) => !isPrivate(JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))))

const isPrivate = (manifest: unknown): boolean =>
  typeof manifest === 'object' && manifest !== null && 'private' in manifest && manifest.private === true
