import { mkdtemp, symlink } from 'node:fs/promises'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/**
 * Bundles a program of this folder, as plain JavaScript in a file that goes with this process. A test that starts one
 * need not wait for TypeScript each time: that is two thirds of the start.
 *
 * @returns path of the file; packages are left where they are
 */
export async function bundled(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'chunkwise-program-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  await symlink(fileURLToPath(new URL('../node_modules', import.meta.url)), join(folder, 'node_modules'))
  const outfile = join(folder, `${name}.mjs`)
  await build({
    entryPoints: [fileURLToPath(new URL(`${name}.ts`, import.meta.url))],
    ...{ outfile, bundle: true, packages: 'external', platform: 'node', format: 'esm', target: 'node20' },
  })
  return outfile
}
