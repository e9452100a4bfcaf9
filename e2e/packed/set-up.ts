import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { layOut } from './lay-out.ts'
import { packAll } from './pack.ts'
import { type Project, projects } from './project.ts'
import { announce } from './projects-folder.ts'
import { quietly } from './quietly.ts'

/**
 * Packs our packages, installs them into apps outside of this repository, and builds these as their authors would. What it
 * gives back removes them.
 */
// Playwright asks for a default export.
// oxlint-disable-next-line import/no-default-export
export default async function setUp(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'chunkwise-packed-'))
  announce(folder)
  await layOut(folder, projects, await packAll(join(folder, 'tarballs')))
  await Promise.all(projects.map((project) => buildProject(join(folder, project.name), project)))
  return () => rm(folder, { recursive: true, force: true })
}

async function buildProject(cwd: string, { builds }: Project): Promise<void> {
  for (const [tool, ...args] of builds) {
    const file = tool === 'node' ? process.execPath : join(cwd, 'node_modules', '.bin', tool)
    await quietly({ file, args, cwd })
  }
}
