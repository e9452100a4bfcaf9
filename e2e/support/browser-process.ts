import { readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { kill } from 'node:process'
import { setTimeout } from 'node:timers/promises'

// A browser locks its profile with a link that names its machine and process: `host-123` (Chromium), `127.0.1.1:+123`.
const locks = ['SingletonLock', 'lock']

/** The process of the browser that has a profile open. */
export async function processOf(profile: string): Promise<number> {
  for (const lock of locks) {
    const text = await readlink(join(profile, lock)).catch(() => undefined)
    const id = /[-+](\d+)$/.exec(text ?? '')?.[1]
    if (id !== undefined) return Number(id)
  }
  throw new Error(`Expected a browser to have ${profile} open`)
}

/** Resolves when a process is no more: a browser goes on writing to its profile for a while after it was closed. */
export async function untilEnded(process: number): Promise<void> {
  while (isRunning(process)) await setTimeout(lookMs)
}

const lookMs = 20

/** Stops a browser with all its processes, as when a computer sleeps; what it gives back lets them go on. */
export async function freeze(process: number): Promise<() => void> {
  const all = await family(process)
  all.forEach((each) => kill(each, 'SIGSTOP'))
  return () => all.forEach((each) => kill(each, 'SIGCONT'))
}

// A process and everything that it has started.
async function family(process: number): Promise<readonly number[]> {
  const tasks = await readdir(`/proc/${process}/task`)
  const lists = tasks.map((task) => readFile(`/proc/${process}/task/${task}/children`, 'utf8').catch(() => ''))
  const children = (await Promise.all(lists)).flatMap((text) => text.split(' ').filter(Boolean).map(Number))
  return [process, ...(await Promise.all(children.map(family))).flat()]
}

function isRunning(process: number): boolean {
  try {
    return kill(process, 0)
  } catch {
    return false
  }
}
