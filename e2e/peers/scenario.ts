import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, type BrowserContext, type Page } from '@playwright/test'
import { type DiskFile, makeFile, MiB } from '../support/files.ts'
import { runFolder } from '../support/run-folder.ts'
import { type PeerName, peerNames, peerOf, type Running } from './peers.ts'
import { djangoSheet, type Elsewhere as ElsewhereIn, row } from './sheets.ts'
import { openWorld, type World } from './world.ts'

/** What a scenario is played with. */
export interface Stage {
  readonly world: World
  readonly page: Page
  readonly context: BrowserContext
  /** Makes a file that no other scenario has. */
  newFile(size: number): Promise<DiskFile>
}

/** Where a scenario is not played, and why. */
export type Elsewhere = ElsewhereIn<PeerName>

/** Nowhere but there. */
export const only = (where: readonly PeerName[], why: string): Elsewhere =>
  Object.fromEntries(peerNames.filter((name) => !where.includes(name)).map((name) => [name, why]))

/** Peers that ask nobody who they are. */
export const asksNobody: Elsewhere = {
  'm3hrdadfi fork (double)': 'the double asks nobody who they are',
  'django-chunked-uploads (double)': 'the double asks nobody who they are',
}

/** Peers that know their users by the session of Django, and by nothing else. */
export const sessionsOnly: Elsewhere = { 'django-chunked-upload 2.0': 'knows sessions only' }

interface WorkerFixtures {
  /** Starts a peer, or gives the one that runs, which is kept for what is played next. */
  readonly run: (name: PeerName, env?: Readonly<Record<string, string>>) => Promise<Running>
}

/** A test with peers. They are not shared between processes: a scenario may kill the one it has. */
export const test = base.extend<{ folder: string }, WorkerFixtures>({
  folder: async ({ browserName: _any }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'chunkwise-files-'))
    await use(folder)
    await rm(folder, { recursive: true, force: true })
  },
  run: [
    async ({ browserName: _any }, use) => {
      const all = await mkdtemp(join(tmpdir(), 'chunkwise-peers-'))
      const running = new Map<string, Promise<Running>>()
      await use((name, env = {}) => {
        const key = JSON.stringify([name, env])
        const known = running.get(key) ?? peerOf(name).start(join(all, String(running.size)), env)
        running.set(key, known)
        return known
      })
      for (const each of running.values()) await (await each).close()
      await rm(all, { recursive: true, force: true })
    },
    { scope: 'worker', timeout: 60_000 },
  ],
})

/**
 * Plays a scenario with each peer, each a test of its own and a cell of the table.
 *
 * @param elsewhere the peers it means nothing to, and why
 * @param env variables of the peer's project; with them it is another server than the usual one
 */
export function scenario(
  name: string,
  elsewhere: Elsewhere,
  play: (stage: Stage) => Promise<void>,
  env: Readonly<Record<string, string>> = {},
): void {
  row(djangoSheet, name, elsewhere, (peer) =>
    test(peer, async ({ run, page, context, folder }, { testId }) => {
      const world = await openWorld(peerOf(peer), await run(peer, env), runFolder().pages)
      const newFile = (size: number): Promise<DiskFile> => makeFile(folder, `film ${size} ${testId}.mp4`, size)
      try {
        await play({ world, page, context, newFile })
      } finally {
        await world.close()
      }
    }),
  )
}

export { expect } from '@playwright/test'
export { MiB }
