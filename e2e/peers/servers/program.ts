import type { SpawnOptions } from 'node:child_process'
import { type Child, startChild } from './child.ts'
import { freePort } from './free-port.ts'

/** A server that is one process. */
export interface Program {
  readonly port: number
  /** Of the process that runs at present. */
  readonly pid: number
  /** Kills it as a power cut would, by SIGKILL, and starts it again on the same port. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** Starts a server on a port that is free. */
export async function startProgram(
  file: string,
  args: (port: number) => readonly string[],
  options: SpawnOptions = {},
): Promise<Program> {
  const port = await freePort()
  const start = (): Promise<Child> => startChild(file, args(port), port, options)
  let child = await start()
  return {
    port,
    get pid() {
      return child.pid
    },
    async restart() {
      await child.end('SIGKILL')
      child = await start()
    },
    close: () => child.end(),
  }
}
