import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const variable = 'CHUNKWISE_E2E_FOLDER'
const root = fileURLToPath(new URL('../..', import.meta.url))

/** The folder that all tests of a run share. `pages`: as built. `files`: to upload. */
export function runFolder(): { readonly pages: string; readonly files: string } {
  const folder = process.env[variable]
  if (folder === undefined)
    throw new Error(`Expected ${variable} to be set: the Playwright settings lack their globalSetup`)
  return { pages: join(folder, 'pages'), files: join(folder, 'files') }
}

/** Builds the pages before the first test of a run; what it gives back removes all of it after the last. */
// Playwright asks for a default export.
// oxlint-disable-next-line import/no-default-export
export default async function setUp(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'chunkwise-e2e-'))
  process.env[variable] = folder
  const { pages } = runFolder()
  const configFile = join(root, 'demo', 'vite.config.ts')
  await build({ configFile, logLevel: 'warn', build: { outDir: pages, emptyOutDir: true } })
  await cp(join(root, 'e2e', 'pages'), pages, { recursive: true })
  return () => rm(folder, { recursive: true, force: true })
}
