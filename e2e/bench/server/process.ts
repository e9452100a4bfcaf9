import type { OutsideKind, ServerKind } from '../candidates.ts'
import { uploadsPath } from './address.ts'
import { startChild, type Child } from './child.ts'
import type { Exchange } from './messages.ts'

/** How a server's process is started. */
export interface ServerProcessOptions {
  readonly kind: Exclude<ServerKind, OutsideKind>
  /** Where it keeps files. */
  readonly dir: string
  /** Folder of the built page. */
  readonly pages: string
  readonly source: boolean
  /** Called with each request that ours answered. */
  readonly onAnswered?: (exchange: Exchange) => void
  /** Folder for a CPU profile, which is written when the process ends. */
  readonly profiles?: string
  /** Of its page's workers: whether they may use WebAssembly. They may unless told. */
  readonly wasm?: boolean
  /** Of ours: `false` asks for none. */
  readonly checksum?: false
}

/** A server in a process of its own; its `url` is that of its page. */
export interface ServerProcess extends Child {
  /** Where its page sends uploads. */
  readonly endpoint: string
  readonly dir: string
}

const entry = new URL('./serve.ts', import.meta.url)

/** Starts a server; resolves when it listens. */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const { kind, dir, pages, source, profiles, onAnswered, wasm = true, checksum } = options
  const flags = [
    ...(onAnswered ? ['--log'] : []),
    ...(wasm ? [] : ['--no-wasm']),
    ...((checksum ?? true) ? [] : ['--unchecked']),
  ]
  const child = await startChild(entry, {
    ...{ args: [kind, '--dir', dir, '--pages', pages, ...flags], source },
    execArgv: profiles === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profiles],
    onMessage: (message) => {
      if (message.type === 'answered') onAnswered?.(message.exchange)
    },
  })
  return { ...child, endpoint: uploadsPath, dir }
}
