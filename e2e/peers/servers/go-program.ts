import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execute } from '../../run/command.ts'

/** A program of somebody else's, in Go. */
export interface GoProgram {
  /** Where it is, once it was built. */
  path(): Promise<string>
  /** Builds it in the version that its `go.mod` names, unless it has been built before. */
  build(): Promise<void>
}

/**
 * @param project folder of its `go.mod`
 * @param main the package to build
 */
export function goProgram(project: URL, name: string, main: string): GoProgram {
  const cwd = fileURLToPath(project)

  async function path(): Promise<string> {
    // Other versions are another program. Outside the checkout: building it takes a minute or two.
    const digest = createHash('sha256').update(await readFile(join(cwd, 'go.sum')))
    const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
    return join(cache, 'chunkwise', `${name}-${digest.digest('hex').slice(0, 12)}`)
  }

  return {
    path,
    async build() {
      const program = await path()
      if (existsSync(program)) return
      console.log(`Building ${name}`)
      await mkdir(dirname(program), { recursive: true })
      const half = `${program}.${process.pid}`
      const code = await execute({ file: 'go', args: ['build', '-ldflags=-s -w', '-o', half, main], cwd })
      if (code !== 0) throw new Error(`Cannot build ${name}: go ended with ${String(code)}`)
      await rename(half, program)
    },
  }
}
