import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../run/command.ts'
import { publishedFolders } from '../../run/workspace.ts'
import type { Check } from '../findings.ts'
import { type Known, wrongCommands } from './shell-words.ts'

/** Commands are parsed by a shell and not run; what they name must exist. */
export function shellCheck(): Check {
  const known = look()
  return ({ code }) => {
    const { error, status, stderr } = spawnSync('sh', ['-n'], { input: code, encoding: 'utf8' })
    if (error) return { missing: 'sh' }
    if (status !== 0) return { faults: [{ line: 0, message: stderr.trim() }] }
    return { faults: wrongCommands(code, known) }
  }
}

function look(): Known {
  const { scripts, packageManager } = manifest('.')
  const requirements = join(root, 'e2e/peers/requirements')
  const bin = join(root, 'packages/server/dist/bin.js')
  return {
    scripts: Object.keys(scripts ?? {}),
    packageManager: packageManager ?? '',
    packages: [...publishedFolders().map((folder) => manifest(folder).name ?? ''), ...dependenciesOf('e2e')],
    pythonPackages: readdirSync(requirements).flatMap((name) =>
      readFileSync(join(requirements, name), 'utf8')
        .split('\n')
        .map((line) => line.split('==', 1).join('')),
    ),
    serverHelp: spawnSync(process.execPath, [bin, '--help'], { encoding: 'utf8' }).stdout,
    isFile: (path) => existsSync(join(root, path)),
    isProgram: (name) => spawnSync('sh', ['-c', 'command -v "$0"', name]).status === 0,
  }
}

interface Manifest {
  readonly name?: string
  readonly packageManager?: string
  readonly scripts?: object
  readonly dependencies?: object
  readonly devDependencies?: object
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own manifests; pnpm has read them before
const manifest = (folder: string) => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest

function dependenciesOf(folder: string): string[] {
  const { dependencies = {}, devDependencies = {} } = manifest(folder)
  return [...Object.keys(dependencies), ...Object.keys(devDependencies)]
}
