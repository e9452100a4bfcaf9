import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, type BrowserContext, type Page } from '@playwright/test'
import { type DiskFile, makeFile, MiB } from '../support/files.ts'
import { runFolder } from '../support/run-folder.ts'
import { type Peer, type PeerName, peerOf, type Running } from './peers.ts'
import { djangoSheet, type Elsewhere, row, type Sheet, tusSheet } from './sheets.ts'
import { type TusPeerName, tusPeerOf } from './tus-peers.ts'
import { openWorld, type World } from './world.ts'

/** What a scenario is played with. */
export interface Stage {
  readonly world: World
  readonly page: Page
  readonly context: BrowserContext
  /** Opens a browser beside it, which shares nothing with it. */
  readonly newContext: () => Promise<BrowserContext>
  /** Makes a file that no other scenario has. */
  newFile(size: number): Promise<DiskFile>
}

/** Peers that ask nobody who they are. */
export const asksNobody: Elsewhere<PeerName> = {
  'm3hrdadfi fork (double)': 'the double asks nobody who they are',
  'django-chunked-uploads (double)': 'the double asks nobody who they are',
}

/** Peers that know their users by the session of Django, and by nothing else. */
export const sessionsOnly: Elsewhere<PeerName> = { 'django-chunked-upload 2.0': 'knows sessions only' }

interface WorkerFixtures {
  /** Starts a peer, or gives the one that runs, which is kept for what is played next. */
  readonly run: (peer: Peer, env?: Readonly<Record<string, string>>) => Promise<Running>
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
      await use((peer, env = {}) => {
        const key = JSON.stringify([peer.name, env])
        const known = running.get(key) ?? peer.start(join(all, String(running.size)), env)
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
 * Plays a scenario with each peer of a sheet, each a test of its own and a cell of the table.
 *
 * @param elsewhere the peers it means nothing to, and why
 * @param env variables of the peer's project; with them it is another server than the usual one
 */
export type Play<Name extends string> = (
  name: string,
  elsewhere: Elsewhere<Name>,
  play: (stage: Stage) => Promise<void>,
  env?: Readonly<Record<string, string>>,
) => void

const playOn =
  <Name extends string>(sheet: Sheet<Name>, peerOf: (name: Name) => Peer): Play<Name> =>
  (name, elsewhere, play, env = {}) =>
    row(sheet, name, elsewhere, (column) =>
      test(column, async ({ run, page, context, browser, folder }, { testId }) => {
        const peer = peerOf(column)
        const world = await openWorld(peer, await run(peer, env), runFolder().pages)
        const newFile = (size: number): Promise<DiskFile> => makeFile(folder, `film ${size} ${testId}.mp4`, size)
        try {
          await play({
            world,
            page,
            context,
            newContext: () => browser.newContext({ ignoreHTTPSErrors: true }),
            newFile,
          })
        } finally {
          await world.close()
        }
      }),
    )

/** With the Django apps. */
export const scenario = playOn(djangoSheet, peerOf)

/** With the servers of tus and of the IETF draft. */
export const tusScenario = playOn(tusSheet, tusPeerOf)

/** With all of them. */
export const everywhere: Play<PeerName | TusPeerName> = (...scenes) => {
  scenario(...scenes)
  tusScenario(...scenes)
}

const onlyOn =
  <Name extends string>({ columns }: Sheet<Name>) =>
  (where: readonly Name[], why: string): Elsewhere<Name> =>
    // A record of some of the names, each with its reason.
    Object.fromEntries(columns.filter((name) => !where.includes(name)).map((name) => [name, why])) as Elsewhere<Name>

/** Nowhere but there, of the Django apps. */
export const only = onlyOn(djangoSheet)

/** Nowhere but there, of the servers of tus and of the IETF draft. */
export const tusOnly = onlyOn(tusSheet)

export { expect } from '@playwright/test'
export { MiB }
