import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execute } from '../../run/command.ts'

const project = fileURLToPath(new URL('../tusd', import.meta.url))

/** tusd, which {@link buildTusd} has built. */
export async function tusdProgram(): Promise<string> {
  // Other versions are another program. Outside the checkout: building it takes a minute or two.
  const digest = createHash('sha256').update(await readFile(join(project, 'go.sum')))
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  return join(cache, 'chunkwise', `tusd-${digest.digest('hex').slice(0, 12)}`)
}

/** Builds tusd in the version that its `go.mod` names, unless it has been built before. */
export async function buildTusd(): Promise<void> {
  const program = await tusdProgram()
  if (existsSync(program)) return
  console.log('Building tusd')
  await mkdir(dirname(program), { recursive: true })
  const half = `${program}.${process.pid}`
  const args = ['build', '-ldflags=-s -w', '-o', half, 'github.com/tus/tusd/v2/cmd/tusd']
  const code = await execute({ file: 'go', args, cwd: project })
  if (code !== 0) throw new Error(`Cannot build tusd: go ended with ${String(code)}`)
  await rename(half, program)
}
