import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Network, openNetwork } from './network.ts'
import { type ReferenceServer, referenceServer } from './server.ts'

/** A site with a page that uploads: its server, and the way there. */
export interface Site {
  readonly url: string
  readonly server: ReferenceServer
  readonly network: Network
  /** Ends all of it, and removes what was uploaded. */
  close(): Promise<void>
}

/**
 * Starts a site of its own, with a folder of its own.
 *
 * @param pages folder of its pages
 * @param tokens good at the server; none: it asks nobody who they are
 */
export async function startSite(pages: string, tokens: readonly string[], idleMs?: number): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'chunkwise-site-'))
  const server = referenceServer(join(folder, 'uploads'), pages, tokens, idleMs)
  await server.start()
  const network = await openNetwork(() => server.port)
  return {
    url: network.url,
    server,
    network,
    async close() {
      await network.close()
      await server.kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
