import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startSite } from '../../peers/servers/gunicorn.ts'
import { startProgram } from '../../peers/servers/program.ts'
import { installEnvironment } from '../../peers/servers/python.ts'
import { tusd } from '../../peers/servers/tusd.ts'
import type { OutsideKind } from '../candidates.ts'
import { answerPage } from './pages.ts'
import type { ServerProcess } from './process.ts'
import { usageOfTree } from './process-tree.ts'

interface Outside {
  readonly port: number
  readonly pid: number
  close(): Promise<void>
}

const path = '/api/uploads/'

const starts: Readonly<Record<OutsideKind, (dir: string) => Promise<Outside>>> = {
  async tusd(dir) {
    await tusd.build()
    return startProgram(await tusd.path(), (port) => [
      ...['-host', '127.0.0.1', '-port', String(port), '-base-path', path, '-upload-dir', dir],
    ])
  },
  async django(dir) {
    await installEnvironment('drf-0.6.0')
    return startSite({ requirements: 'drf-0.6.0', project: 'drf', folder: dir })
  },
}

/**
 * Starts a server that others wrote, as the tests with peers have it. Its page is on another origin, the one that it lets in:
 * a browser asks once for each address whether it may.
 */
export async function startOutside(kind: OutsideKind, dir: string, pages: string): Promise<ServerProcess> {
  await mkdir(dir, { recursive: true })
  const outside = await starts[kind](dir)
  const site = createServer(({ url = '/' }, response) => answerPage(pages, url, response)).listen(0, '127.0.0.1')
  await once(site, 'listening')
  // A server that listens on a port has an address of this form.
  const { port } = site.address() as AddressInfo
  return {
    url: `http://localhost:${port}`,
    endpoint: `http://127.0.0.1:${outside.port}${path}`,
    pid: outside.pid,
    dir,
    used: () => usageOfTree(outside.pid),
    async stop() {
      site.close()
      site.closeAllConnections()
      await outside.close()
    },
  }
}
