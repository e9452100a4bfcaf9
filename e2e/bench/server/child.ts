import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { FromServer, ToServer, Usage } from './messages.ts'

/** How a process that listens is started. */
export interface ChildOptions {
  readonly args: readonly string[]
  /** Whether it takes the packages' source instead of what was built. */
  readonly source: boolean
  readonly execArgv?: readonly string[]
  /** Called with each message of it. */
  readonly onMessage?: (message: FromServer) => void
}

/** A process that listens, and tells what it has used. */
export interface Child {
  readonly url: string
  readonly pid: number
  used(): Promise<Usage>
  /** Ends the process; resolves when it is gone. */
  stop(): Promise<void>
}

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Starts a process; resolves when it listens. */
export async function startChild(entry: URL, { args, source, execArgv = [], onMessage }: ChildOptions): Promise<Child> {
  const child = fork(entry, args, {
    cwd: root,
    execArgv: [...(source ? ['--conditions=@chunkwise/source'] : []), ...execArgv, '--import', 'tsx'],
  })
  if (onMessage) child.on('message', onMessage)
  const { pid = NaN } = child
  const gone = once(child, 'exit')
  const { url } = await message(child, 'listening')
  return {
    url,
    pid,
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
