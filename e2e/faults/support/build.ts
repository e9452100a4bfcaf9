import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'esbuild'
import { afterAll } from 'vitest'
import { bundled } from '../../support/bundled.ts'

/** A piece of the server's source that is changed for the worse, to see that somebody notices. */
export interface Mutant {
  /** Path of the file inside `packages/server/src`. */
  readonly file: string
  /** Must be there, once. */
  readonly text: string
  readonly instead: string
}

const here = fileURLToPath(new URL('.', import.meta.url))
const source = fileURLToPath(new URL('../../../packages/server/src/', import.meta.url))

const built = new Map<string, Promise<string>>()
let folder: Promise<string> | undefined

afterAll(async () => {
  if (folder) await rm(await folder, { recursive: true, force: true })
})

/** Bundles the server as its source stands, so that it starts in no time; gives the path of the program. */
export function buildServer(mutants: readonly Mutant[] = []): Promise<string> {
  const name = JSON.stringify(mutants)
  const found = built.get(name) ?? bundle(mutants, String(built.size))
  built.set(name, found)
  return found
}

async function bundle(mutants: readonly Mutant[], name: string): Promise<string> {
  folder ??= mkdtemp(join(tmpdir(), 'chunkwise-faults-'))
  return bundled(join(here, 'program.ts'), join(await folder, name), [mutation(mutants)])
}

const mutation = (mutants: readonly Mutant[]): Plugin => ({
  name: 'mutation',
  setup({ onLoad }) {
    onLoad({ filter: /\/packages\/server\/src\/.*\.ts$/ }, async ({ path }) => {
      const wanted = mutants.filter(({ file }) => path === join(source, file))
      if (wanted.length === 0) return undefined
      let contents = await readFile(path, 'utf8')
      for (const { file, text, instead } of wanted) {
        if (contents.split(text).length !== 2) throw new Error(`Expected "${text}" once in ${file}`)
        contents = contents.replace(text, instead)
      }
      return { contents, loader: 'ts' }
    })
  },
})
