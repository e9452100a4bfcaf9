import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** The demo as people start it, on a port and over folders of its own. */
export interface Demo {
  readonly url: string
  /** Folder that the laboratory's uploads are kept in. */
  readonly labFolder: string
  /** Ends it, and removes what was uploaded. */
  close(): Promise<void>
}

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Starts the demo; the packages must have been built. */
export async function startDemo(): Promise<Demo> {
  const folder = await mkdtemp(join(tmpdir(), 'chunkwise-demo-'))
  const dir = join(folder, 'uploads')
  const child = spawn(process.execPath, ['--import', 'tsx', 'demo/serve.ts', '--port', '0', '--dir', dir], {
    ...{ cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  })
  const ended = once(child, 'exit')
  for await (const line of createInterface({ input: child.stdout })) {
    const [, url] = /^ *Page +(http:\S+)\/$/.exec(line) ?? []
    if (url === undefined) continue
    return {
      url,
      labFolder: `${dir}-lab`,
      async close() {
        child.kill('SIGTERM')
        await ended
        await rm(folder, { recursive: true, force: true })
      },
    }
  }
  throw new Error('The demo has ended before it told its address')
}
