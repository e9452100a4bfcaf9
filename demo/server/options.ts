import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

/** What the command was asked for. */
export interface ServeOptions {
  /** 0 for any free one. */
  readonly port: number
  /** Absolute path of the folder that uploads are kept in. */
  readonly dir: string
}

export const help = `Shows Chunkwise: a page and its upload server, on one origin of this machine.

Usage: demo [--port 8080] [--dir demo/.uploads]

  --port  where to listen on 127.0.0.1; if it is taken, the next free one (default 8080; 0 for any)
  --dir   folder that uploads are kept in; made if it is not there (default demo/.uploads). Those of the
          laboratory lie beside it, in a folder of that name and -lab
  --help  this text

Example: demo --port 9000 --dir /tmp/uploads`

/**
 * Reads the command's arguments.
 *
 * @param home folder that the default of `--dir` lies in
 * @param cwd folder that a relative `--dir` starts from
 * @returns `undefined` if help was asked for
 * @throws Error that names the option, what was expected and what came
 */
export function readOptions(args: readonly string[], home: string, cwd: string): ServeOptions | undefined {
  const { values } = parse(args)
  if (values.help) return undefined
  const { port = '8080', dir } = values
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new Error(`Option --port: expected a number from 0 to 65535, got "${port}"`)
  }
  if (dir === '') throw new Error('Option --dir: expected a folder, got nothing')
  return { port: Number(port), dir: dir === undefined ? resolve(home, '.uploads') : resolve(cwd, dir) }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      // pnpm hands on the `--` that separates its own options.
      args: args.filter((argument) => argument !== '--'),
      options: { port: { type: 'string' }, dir: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    })
  } catch (cause) {
    throw new Error(`${cause instanceof Error ? cause.message : String(cause)}; --help says what there is`, { cause })
  }
}
