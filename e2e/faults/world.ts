import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import type { Script } from '@chunkwise/testing'
import { descriptorsOf } from '../support/descriptors.ts'
import { openFaultProxy, type Passage, straight } from '../support/fault-proxy.ts'
import { type ScriptedWay, scriptedWay } from '../support/fault-script.ts'
import type { LoggedRequest } from '../support/request-log.ts'
import { type ReferenceServer, referenceServer } from '../support/server.ts'

/** The real server as a process of its own, and one proxy in front of it for many uploads, each with a script of its own. */
export interface World {
  readonly endpoint: string
  readonly server: ReferenceServer
  /** Opens a way for one upload, on which a script is played, so many times faster than it says, or its requests go by these passages. */
  open(how: Script | PassageFor, pace?: number): Way
  /** The server forgets an upload, as if it had expired. */
  forget(id: string): Promise<void>
  /** Connections and files that the server's process has open. */
  descriptors(): Promise<number>
  close(): Promise<void>
}

export type PassageFor = (request: LoggedRequest) => Passage

/** The way of one upload. */
export interface Way {
  readonly name: string
  /** By these its requests are known. */
  readonly headers: Readonly<Record<string, string>>
  log(): readonly LoggedRequest[]
  /** Lets what is held on its way arrive. */
  release(): Promise<void>
  /** Its time is over: the server forgets what it has of it, unless that is finished. */
  expire(): Promise<void>
}

const header = 'x-way'

export async function openWorld(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'chunkwise-faults-'))
  const server = referenceServer(join(folder, 'uploads'), folder)
  await server.start()
  const ways = new Map<string, Pick<ScriptedWay, 'passageFor'>>()
  const proxy = await openFaultProxy({
    portFor: () => server.port,
    passageFor: (request) => ways.get(request.headers.get(header) ?? '')?.passageFor(request) ?? straight,
  })
  // Connections of the test's own would be counted as the server's.
  const headers = { Connection: 'close' }
  const forget = async (id: string): Promise<void> => {
    await fetch(`http://127.0.0.1:${server.port}/api/uploads/${id}/`, { method: 'DELETE', headers })
  }
  return {
    endpoint: `${proxy.url}/api/uploads/`,
    server,
    forget,
    open(how, pace = 1) {
      const name = randomUUID()
      const way =
        typeof how === 'function' ? { passageFor: how, release: async () => {} } : scriptedWay(how, { forget }, pace)
      ways.set(name, way)
      return {
        name,
        headers: { [header]: name },
        log: () => proxy.log.filter(({ headers }) => headers.get(header) === name),
        release: way.release,
        async expire() {
          const { status } = await fetch(`http://127.0.0.1:${server.port}/unfinished/${name}`, {
            method: 'DELETE',
            headers,
          })
          if (status !== 204) throw new Error(`Expected 204 of an expiry, got ${status}`)
        },
      }
    },
    descriptors: () => descriptorsOf(server.process),
    async close() {
      await proxy.close()
      await server.kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
