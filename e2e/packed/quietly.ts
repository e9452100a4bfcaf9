import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Command } from '../run/command.ts'

const start = promisify(execFile)

/**
 * Runs a command, and gives what it wrote to its standard output.
 *
 * @throws Error with all that it said, if it fails or takes more than two minutes.
 */
export async function quietly({ file, args, cwd, env = {} }: Command): Promise<string> {
  try {
    const { stdout } = await start(file, args, { cwd, env: { ...process.env, ...env }, timeout: 120_000 })
    return stdout
  } catch (cause) {
    const said = cause instanceof Error && 'stdout' in cause && 'stderr' in cause ? [cause.stdout, cause.stderr] : []
    throw new Error([`${file} ${args.join(' ')} failed in ${cwd ?? 'this folder'}`, ...said].join('\n'), { cause })
  }
}
