import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pnpm, root } from '../run/command.ts'
import { publishedFolders } from '../run/workspace.ts'
import { quietly } from './quietly.ts'

/** Packs all packages that are published, just as they would be, into a folder: the file of each by its name. */
export async function packAll(folder: string): Promise<ReadonlyMap<string, string>> {
  await mkdir(folder, { recursive: true })
  const names = await Promise.all(publishedFolders().map(nameOf))
  const filters = names.flatMap((name) => ['--filter', name])
  await quietly({ ...pnpm('-r', ...filters, 'pack', '--pack-destination', folder), cwd: root })
  const files = await readdir(folder)
  return new Map(names.map((name) => [name, join(folder, tarballOf(name, files))]))
}

async function nameOf(folder: string): Promise<string> {
  // Every manifest here has one.
  const { name } = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')) as { readonly name: string }
  return name
}

// `@chunkwise/client` becomes `chunkwise-client-1.2.3.tgz`.
function tarballOf(name: string, files: readonly string[]): string {
  const start = `${name.replace('@', '').replace('/', '-')}-`
  const found = files.find((file) => file.startsWith(start) && /^\d.*\.tgz$/.test(file.slice(start.length)))
  if (found === undefined) throw new Error(`Packing left no file of ${name}`)
  return found
}
