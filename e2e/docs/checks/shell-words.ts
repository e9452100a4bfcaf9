import { readArguments } from '../../run/plan.ts'
import type { Fault } from '../findings.ts'

/** What there is for a command to name. */
export interface Known {
  /** Scripts of the repository. */
  readonly scripts: readonly string[]
  /** `pnpm@` and the version that the repository pins. */
  readonly packageManager: string
  /** Packages of npm: ours, and those that our tests use. */
  readonly packages: readonly string[]
  /** Packages of Python that our tests use. */
  readonly pythonPackages: readonly string[]
  /** What our server's command says of itself. */
  readonly serverHelp: string
  /** Whether there is such a file in the repository. */
  isFile(path: string): boolean
  /** Whether there is such a program on this machine. */
  isProgram(name: string): boolean
}

/** What is wrong with the commands of a block: each program, script, option and package that it names must exist. */
export function wrongCommands(code: string, known: Known): Fault[] {
  return code.split('\n').flatMap((text, line) =>
    text
      .replace(/(^|\s)#.*$/, '')
      .split(/\s(?:&&|\||;)\s/)
      .map((command) =>
        command
          .replaceAll(/[[\]']/g, '')
          .trim()
          .split(/\s+/),
      )
      .filter(([program]) => program !== '')
      .flatMap((words) => wrong(words, known))
      .map((message) => ({ line, message })),
  )
}

function wrong([program = '', ...args]: readonly string[], known: Known): string[] {
  switch (program) {
    case 'npx':
      return throughNpx(
        args.filter((word) => word !== '--yes'),
        known,
      )
    case 'pnpm':
      return pnpm(args, known)
    case 'npm':
      return install(args, known.packages)
    case 'pip':
      return install(args, known.pythonPackages)
    case 'chunkwise-server':
      return server(args, known)
    default:
      return known.isProgram(program) ? [] : [`There is no program "${program}"`]
  }
}

function throughNpx([name = '', ...args]: readonly string[], known: Known): string[] {
  if (name === 'chunkwise-server' || name === '@chunkwise/server') return server(args, known)
  return name === known.packageManager ? pnpm(args, known) : [`npx knows "${known.packageManager}" and our server only`]
}

function pnpm([name = '', ...args]: readonly string[], known: Known): string[] {
  const [script = '', ...rest] = name === 'run' ? args : [name, ...args]
  if (!known.scripts.includes(script)) return [`There is no script "${script}"`]
  if (script !== 'test' || rest[0] === '--help') return []
  try {
    const { files } = readArguments(rest)
    return Object.values(files)
      .flat()
      .filter((file) => !known.isFile(file))
      .map((file) => `There is no file "${file}"`)
  } catch (error) {
    return [String(error).split('\n', 1).join('')]
  }
}

function install([action = '', ...args]: readonly string[], packages: readonly string[]): string[] {
  if (action !== 'install') return [`"${action}" is not known: write "install"`]
  return args
    .filter((word) => !word.startsWith('-') && !packages.includes(word))
    .map((word) => `"${word}" is neither ours nor used by our tests`)
}

function server(args: readonly string[], { serverHelp }: Known): string[] {
  return args
    .filter((word) => word.startsWith('-') && !new RegExp(`(^|[\\s,])${word}([\\s,]|$)`, 'm').test(serverHelp))
    .map((word) => `chunkwise-server has no option "${word}"`)
}
