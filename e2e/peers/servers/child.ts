import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { kill } from 'node:process'
import { setTimeout } from 'node:timers/promises'

/** A server as a process that we started. */
export interface Child {
  readonly pid: number
  /** Ends it (if it was started `detached`: with all that it has started), and waits until it has ended. */
  end(signal?: NodeJS.Signals): Promise<void>
}

const lookMs = 25
const longestMs = 30_000

/**
 * Starts a server, and waits until somebody listens on its port.
 *
 * @throws Error with what it said, if it ends before that or takes half a minute.
 */
export async function startChild(
  file: string,
  args: readonly string[],
  port: number,
  options: SpawnOptions = {},
): Promise<Child> {
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  const said: Buffer[] = []
  for (const output of [child.stdout, child.stderr]) output?.on('data', (bytes: Buffer) => void said.push(bytes))
  const over = new AbortController()
  const ended = once(child, 'exit', over).then(([code, signal]) => {
    throw new Error(`${file} ended before it listened (${String(code ?? signal)}): ${Buffer.concat(said).toString()}`)
  })
  try {
    await Promise.race([ended, untilListening(port, over.signal)])
  } finally {
    over.abort()
    ended.catch(() => {})
  }
  if (child.pid === undefined) throw new Error(`${file} did not start`)
  const group = options.detached ? -child.pid : child.pid
  return { pid: child.pid, end: (signal) => end(child, group, signal) }
}

async function end(child: ChildProcess, process: number, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  kill(process, signal)
  await exit
}

// Resolves when somebody listens on a port of this machine.
async function untilListening(port: number, signal: AbortSignal): Promise<void> {
  const until = Date.now() + longestMs
  while (!(await isListening(port))) {
    if (Date.now() > until) throw new Error(`Nobody listens on port ${port} after ${longestMs / 1000} s`)
    await setTimeout(lookMs, undefined, { signal })
  }
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
