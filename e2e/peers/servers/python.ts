import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execute } from '../../run/command.ts'

const here = fileURLToPath(new URL('..', import.meta.url))

/** The Python packages that a peer runs on: the name of a file in `requirements`. */
export type Requirements = 'drf-0.6.0' | 'drf-0.5.1' | 'django-chunked-upload-2.0' | 'django-tus-0.5.0' | 'tuspy-1.1.0'

/** The Python of an environment, which {@link installEnvironment} has made. */
export const pythonOf = async (requirements: Requirements): Promise<string> =>
  join(await folderOf(requirements), 'bin', 'python')

/** Installs what a peer runs on, unless it has been installed before. */
export async function installEnvironment(requirements: Requirements): Promise<void> {
  const folder = await folderOf(requirements)
  const whole = join(folder, 'installed')
  if (existsSync(whole)) return
  console.log(`Installing ${requirements}`)
  // What an earlier try left half done.
  await rm(folder, { recursive: true, force: true })
  await mkdir(join(folder, '..'), { recursive: true })
  await run('python3', '-m', 'venv', folder)
  const quiet = ['--quiet', '--disable-pip-version-check']
  await run(join(folder, 'bin', 'python'), '-m', 'pip', 'install', ...quiet, '--no-deps', '-r', pathOf(requirements))
  await writeFile(whole, '')
}

const pathOf = (requirements: Requirements): string => join(here, 'requirements', `${requirements}.txt`)

// Other requirements are another environment.
async function folderOf(requirements: Requirements): Promise<string> {
  const text = await readFile(pathOf(requirements))
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 12)
  return join(here, '.environments', `${requirements}-${digest}`)
}

async function run(file: string, ...args: string[]): Promise<void> {
  const code = await execute({ file, args })
  if (code !== 0) throw new Error(`Cannot install a peer: ${[file, ...args].join(' ')} ended with ${String(code)}`)
}
