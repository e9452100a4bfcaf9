import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, expect } from '@playwright/test'
import { type DiskFile, makeFile } from '../../support/files.ts'
import { servePages } from '../../support/pages.ts'
import { runFolder } from '../../support/run-folder.ts'
import { clientSheet, type Elsewhere, row } from '../sheets.ts'
import { type ClientName, startOf } from './clients.ts'
import { openServer, type OurServer } from './our-server.ts'
import type { Run } from './run.ts'
import type { Wish } from './wish.ts'

/** What a scenario is played with. */
export interface Stage {
  readonly client: ClientName
  readonly server: OurServer
  /** Makes a file whose bytes no other scenario has. */
  newFile(size: number, name?: string): Promise<DiskFile>
  /** Lets the client begin with a file, or go on with one that it remembers. */
  begin(file: DiskFile, wish?: Partial<Wish>): Promise<Run>
}

/** Columns in which a scenario means nothing, or passes with something to be said about it. */
export interface Exceptions {
  readonly elsewhere?: Elsewhere<ClientName>
  readonly remarks?: Elsewhere<ClientName>
}

const test = base.extend<{ folder: string }, { site: string }>({
  folder: async ({ browserName: _any }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'chunkwise-clients-'))
    await use(folder)
    await rm(folder, { recursive: true, force: true })
  },
  // Where pages come from: not from where they upload to.
  site: [
    async ({ browserName: _any }, use) => {
      const server = createServer(servePages(runFolder().pages)).listen(0, '127.0.0.1')
      await once(server, 'listening')
      // A server that listens on a port has an address of this form.
      await use(`http://localhost:${(server.address() as AddressInfo).port}`)
      server.closeAllConnections()
      server.close()
    },
    { scope: 'worker' },
  ],
})

/** Plays a scenario with each client, each a test of its own and a cell of the table. */
export function scenario(
  name: string,
  { elsewhere = {}, remarks = {} }: Exceptions,
  play: (stage: Stage) => Promise<void>,
): void {
  row(
    ...([clientSheet, name, elsewhere] as const),
    (client) =>
      test(client, async ({ context, site, folder }, { testId }) => {
        const server = await openServer(folder, site)
        const runs: Run[] = []
        const newFile = (size: number, name = 'film.mp4'): Promise<DiskFile> => makeFile(folder, name, size, testId)
        try {
          await play({
            ...{ client, server, newFile },
            async begin(file, { options, ...wish } = {}) {
              const metadata = { filename: file.name }
              const all: Wish = {
                ...{ endpoint: server.endpoint, metadata, stream: false, checksums: false },
                ...{ options: { retryDelays: [0, 0], ...options }, ...wish },
              }
              const run = await startOf(client)(file, all, { context, site, folder })
              runs.push(run)
              return run
            },
          })
        } finally {
          for (const run of runs) await run.leave()
          await server.close()
        }
      }),
    remarks,
  )
}

/** Waits until a client is at its end and calls the upload a success, once and nothing else. */
export async function untilSuccess(run: Run, file: DiskFile, server: OurServer): Promise<void> {
  expect(await run.outcome()).toEqual(['success'])
  await expectWhole(file, server)
}

/** Compares what the server keeps with the file: there is one of it, and the host was given that one. */
export async function expectWhole(file: DiskFile, server: OurServer): Promise<void> {
  expect(await server.stored(file), 'files on the server with these bytes').toBe(1)
  expect(server.finished.map(({ session: { filename, size } }) => ({ filename, size }))).toEqual([
    { filename: file.name, size: file.size },
  ])
}

export { expect } from '@playwright/test'
export { MiB } from '../../support/files.ts'
