import { spawn, type StdioOptions } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the repository. */
export const root: string = fileURLToPath(new URL('../..', import.meta.url))

/** A program to run: in `cwd` (the repository's folder unless told), with `env` added to our own environment. */
export interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

// No step takes this long; one that hangs must not hold the others for ever.
const limitMs = 15 * 60_000

// Windows runs the links to our tools through its shell only, which splits arguments at spaces.
const shell = process.platform === 'win32'
const quoted = (text: string): string => (shell ? `"${text}"` : text)

/**
 * Runs a command, its output ours: as it comes, or `together` once it has ended, so that several at once do not mix theirs.
 * The exit code, or `undefined` if it never started, was killed or took too long.
 */
export function execute(
  { file, args, cwd = root, env = {} }: Command,
  output: 'as it comes' | 'together' = 'as it comes',
): Promise<number | undefined> {
  return new Promise((resolve) => {
    const stdio: StdioOptions = output === 'together' ? ['ignore', 'pipe', 'pipe'] : 'inherit'
    const settings = { cwd, env: { ...process.env, ...env }, timeout: limitMs, shell }
    const child = spawn(quoted(file), args.map(quoted), { ...settings, stdio })
    const said: Buffer[] = []
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes: Buffer) => said.push(bytes))
    child.on('error', ({ message }) => {
      console.error(message)
      resolve(undefined)
    })
    child.on('close', (code, signal) => {
      process.stdout.write(Buffer.concat(said))
      if (signal) console.error(`${file} was ended by ${signal}`)
      resolve(code ?? undefined)
    })
  })
}

/** A tool that the repository depends on, as a command. */
export const tool = (name: string, args: readonly string[], at: Omit<Command, 'file' | 'args'> = {}): Command => ({
  ...at,
  file: join(root, 'node_modules', '.bin', name),
  args,
})

/** pnpm as a command: the very one that started us, if one did. */
export function pnpm(...args: readonly string[]): Command {
  const file = process.env['npm_execpath'] ?? 'pnpm'
  return /\.[cm]?js$/.test(file) ? { file: process.execPath, args: [file, ...args] } : { file, args }
}
