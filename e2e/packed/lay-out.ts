import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pnpm, root } from '../run/command.ts'
import { readBlocks } from '../support/blocks.ts'
import type { Project, Written } from './project.ts'
import { quietly } from './quietly.ts'
import { manifestOf, workspaceOf } from './workspace.ts'

const own = fileURLToPath(new URL('projects', import.meta.url))

/** Lays out apps in a folder, side by side, and installs what they depend on. */
export async function layOut(
  folder: string,
  projects: readonly Project[],
  tarballs: ReadonlyMap<string, string>,
): Promise<void> {
  const versions = new Map<string, string>()
  const names = projects.flatMap(({ dependencies }) => dependencies).filter((name) => !tarballs.has(name))
  for (const name of names) versions.set(name, await installedVersion(name))
  await writeFile(join(folder, 'pnpm-workspace.yaml'), workspaceOf(projects, tarballs))
  // What their dependencies depend on comes in our versions too: it is in the store of pnpm already.
  await cp(join(root, 'pnpm-lock.yaml'), join(folder, 'pnpm-lock.yaml'))
  for (const project of projects) {
    const at = join(folder, project.name)
    // Some have nothing but what is written.
    await mkdir(at, { recursive: true })
    if (existsSync(join(own, project.name))) await cp(join(own, project.name), at, { recursive: true })
    await writeFile(
      join(at, 'package.json'),
      manifestOf(project, tarballs, (name) => versions.get(name) ?? '*'),
    )
    for (const block of project.written) await write(at, block)
  }
  await quietly({ ...pnpm('install', '--no-frozen-lockfile', '--prefer-offline'), cwd: folder })
  for (const project of projects) await serve(join(folder, project.name), project)
}

async function installedVersion(name: string): Promise<string> {
  const manifest = await readFile(join(root, 'e2e', 'node_modules', name, 'package.json'), 'utf8')
  // Every package that was installed has one.
  return (JSON.parse(manifest) as { readonly version: string }).version
}

async function write(
  folder: string,
  { file, document, language, block, before = '', after = '' }: Written,
): Promise<void> {
  const { blocks } = readBlocks(document, await readFile(join(root, document), 'utf8'))
  const found = blocks.filter((each) => each.language === language)[block]
  if (!found) throw new Error(`${document} has no block ${block} of ${language}`)
  await mkdir(dirname(join(folder, file)), { recursive: true })
  await writeFile(join(folder, file), `${before}${found.code}\n${after}`)
}

// Copies what a page without bundler has beside it.
async function serve(folder: string, { served }: Project): Promise<void> {
  if (!served) return
  const from = join(folder, 'node_modules', served.from)
  const files = (await readdir(from)).filter((file) => served.files.test(file))
  for (const file of files) await cp(join(from, file), join(folder, file))
}
