import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { Run } from './run.ts'
import type { Wish } from './wish.ts'

/** What a program is given: the file, another one in which it remembers uploads, and what to do. */
export interface ProgramArguments {
  readonly path: string
  readonly memory: string
  readonly wish: Wish
}

/** Starts a program that uploads, and says what its client calls back: a line of JSON for each. */
export function startProgram(file: string, args: readonly string[], given: ProgramArguments): Run {
  const child = spawn(file, [...args, JSON.stringify(given)], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const told: string[] = []
  const ended = once(child, 'close')
  // What was asked to be a pipe is there.
  createInterface(child.stdout as Readable).on('line', (line) => void told.push(JSON.parse(line) as string))
  return {
    async outcome() {
      await ended
      return told
    },
    async order(order) {
      const done = once(child, 'message')
      child.send(order)
      await done
    },
    async leave() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
