import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { OutsideKind, ServerKind } from '../candidates.ts'
import { uploadsPath } from './address.ts'
import type { Exchange, FromServer, ToServer, Usage } from './messages.ts'

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

/** A server in a process of its own. */
export interface ServerProcess {
  /** Of its page. */
  readonly url: string
  /** Where its page sends uploads. */
  readonly endpoint: string
  readonly pid: number
  readonly dir: string
  used(): Promise<Usage>
  /** Ends the process; resolves when it is gone. */
  stop(): Promise<void>
}

const root = fileURLToPath(new URL('../../..', import.meta.url))
const entry = new URL('./serve.ts', import.meta.url)

/** Starts a server; resolves when it listens. */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const { kind, dir, pages, source, profiles, onAnswered, wasm = true, checksum } = options
  const flags = [
    ...(onAnswered ? ['--log'] : []),
    ...(wasm ? [] : ['--no-wasm']),
    ...((checksum ?? true) ? [] : ['--unchecked']),
  ]
  const child = fork(entry, [kind, '--dir', dir, '--pages', pages, ...flags], {
    cwd: root,
    execArgv: [
      ...(source ? ['--conditions=@chunkwise/source'] : []),
      ...(profiles === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profiles]),
      ...['--import', 'tsx'],
    ],
  })
  child.on('message', (message: FromServer) => {
    if (message.type === 'answered') onAnswered?.(message.exchange)
  })
  const { pid = NaN } = child
  const gone = once(child, 'exit')
  const { url } = await message(child, 'listening')
  return {
    url,
    endpoint: uploadsPath,
    pid,
    dir,
    async used() {
      const answer = message(child, 'used')
      child.send({ type: 'tell' } satisfies ToServer)
      return (await answer).used
    },
    async stop() {
      if (child.connected) child.disconnect()
      await gone
    },
  }
}

function message<Type extends FromServer['type']>(
  child: ChildProcess,
  type: Type,
): Promise<FromServer & { type: Type }> {
  return new Promise((resolve, reject) => {
    const leave = (): void => void child.off('message', hear).off('exit', fail)
    const fail = (code: number | null): void => {
      leave()
      reject(new Error(`Cannot go on: the server ended with ${code}`))
    }
    const hear = (heard: FromServer): void => {
      if (!isOf(heard, type)) return
      leave()
      resolve(heard)
    }
    child.on('message', hear).on('exit', fail)
  })
}

const isOf = <Type extends FromServer['type']>(
  message: FromServer,
  type: Type,
): message is FromServer & { type: Type } => message.type === type
