import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** The laboratory's upload server: a process of its own, with a folder of its own. */
export interface ServerProcess {
  /** Where it listens on 127.0.0.1, another port after each start; `undefined` while there is no server. */
  readonly port: number | undefined
  readonly process: number | undefined
  readonly kills: number
  /** Resolves when it listens; asked again, it is the same start. */
  open(): Promise<void>
  /** Ends it by SIGKILL, and starts it again so many milliseconds later. Resolves when it is dead. */
  kill(backInMs: number): Promise<void>
  /** Lets it forget an upload, as if that had expired. */
  forget(id: string): Promise<void>
  close(): Promise<void>
}

interface Running {
  readonly child: ChildProcess
  readonly port: number
}

const home = fileURLToPath(new URL('../..', import.meta.url))
const program = fileURLToPath(new URL('upload-server.ts', import.meta.url))

// One that ended by itself, which none should.
const unaskedMs = 1000

/**
 * @param dir folder that its uploads are kept in
 * @param onChange called when it has died or is back
 */
export function serverProcess(dir: string, onChange: () => void): ServerProcess {
  let running: Running | undefined
  let opening: Promise<void> | undefined
  let kills = 0
  let backInMs = unaskedMs
  let closed = false

  async function start(): Promise<void> {
    // tsx is found from here, wherever the command was given.
    const child = fork(program, [dir], { cwd: home, execArgv: ['--import', 'tsx'] })
    const { port } = await told<{ port: number }>(child)
    running = { child, port }
    child.once('exit', () => {
      comeBack().catch((error: unknown) => console.error(error))
    })
    onChange()
  }

  async function comeBack(): Promise<void> {
    running = undefined
    onChange()
    await setTimeout(backInMs, undefined, { ref: false })
    backInMs = unaskedMs
    if (!closed) await start()
  }

  return {
    get port() {
      return running?.port
    },
    get process() {
      return running?.child.pid
    },
    get kills() {
      return kills
    },
    open: () =>
      (opening ??= start().catch((error: unknown) => {
        // The next one who asks tries again: what was in the way may be gone.
        opening = undefined
        throw error
      })),
    async kill(ms) {
      if (!running) return
      const { child } = running
      backInMs = ms
      kills += 1
      const dead = once(child, 'exit')
      child.kill('SIGKILL')
      await dead
    },
    async forget(id) {
      if (!running) return
      const forgotten = told(running.child)
      running.child.send(id)
      await forgotten
    },
    async close() {
      closed = true
      await opening?.catch(() => {})
      if (!running) return
      const dead = once(running.child, 'exit')
      running.child.disconnect()
      await dead
    },
  }
}

// The next word of a child; its end before that is an error.
async function told<Message>(child: ChildProcess): Promise<Message> {
  const over = new AbortController()
  const ended = once(child, 'exit', over).then(([code, signal]) => {
    throw new Error(`The laboratory's server ended before it answered: ${String(code ?? signal)}`)
  })
  try {
    // Only our own program speaks there.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the channel is untyped
    const [message] = (await Promise.race([once(child, 'message', over), ended])) as [Message]
    return message
  } finally {
    over.abort()
    ended.catch(() => {})
  }
}
