import { execFile } from 'node:child_process'
import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { kill } from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Child, startChild } from './child.ts'
import { freePort } from './free-port.ts'
import { type Requirements, pythonOf } from './python.ts'
import { seededDatabase } from './seeded-database.ts'

/** A Django project under gunicorn, as people run it: 2 processes with 8 threads each. */
export interface Site {
  readonly port: number
  /** Of the process that runs at present, which has started others. */
  readonly pid: number
  /** Where it keeps what is uploaded. */
  readonly media: string
  /** Kills its processes by SIGKILL, whatever they do; gunicorn starts others. */
  killWorkers(): Promise<void>
  /** Ends it, and starts it again on the same port. */
  restart(): Promise<void>
  close(): Promise<void>
}

export interface SiteOptions {
  readonly requirements: Requirements
  /** The folder of the project in `e2e/peers/django`. */
  readonly project: 'drf' | 'chunked' | 'tus'
  /** For all that it keeps; a new one. */
  readonly folder: string
  readonly env?: Readonly<Record<string, string>>
}

const projects = fileURLToPath(new URL('../django', import.meta.url))

/** Starts a Django project with a database of its own, seeded. */
export async function startSite({ requirements, project, folder, env = {} }: SiteOptions): Promise<Site> {
  const python = await pythonOf(requirements)
  const port = await freePort()
  const options = {
    // A group of its own: the processes that gunicorn starts outlive it, and would keep its port.
    detached: true,
    cwd: join(projects, project),
    env: { ...process.env, ...env, PEER_FOLDER: folder, PYTHONDONTWRITEBYTECODE: '1' },
  }
  await mkdir(folder, { recursive: true })
  await copyFile(await seededDatabase(python, options.cwd), join(folder, 'db.sqlite3'))
  const args = ['-m', 'gunicorn', '-b', `127.0.0.1:${port}`, '-w', '2', '--threads', '8', 'config.wsgi']
  const start = (): Promise<Child> => startChild(python, args, port, options)
  let child = await start()
  return {
    port,
    get pid() {
      return child.pid
    },
    media: join(folder, 'media'),
    async killWorkers() {
      const { stdout } = await promisify(execFile)('pgrep', ['-P', String(child.pid)])
      for (const worker of stdout.trim().split('\n')) kill(Number(worker), 'SIGKILL')
    },
    async restart() {
      await child.end('SIGKILL')
      child = await start()
    },
    close: () => child.end(),
  }
}
