import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  createUploadHandler,
  type FinishedUpload,
  memoryLocks,
  type SessionRecord,
  UploadProblem,
} from '@chunkwise/server'
import { diskStore, startServer } from '@chunkwise/server/node'
import type { DiskFile } from '../../support/files.ts'
import { type Network, openNetwork } from '../../support/network.ts'
import { storedIn } from '../stored-in.ts'

/** What the server goes through: plays change it. */
export interface Circumstances {
  /** How far its clock is ahead of ours, in milliseconds. */
  aheadMs: number
  /** Greatest size of a file in bytes. */
  maxSize: number
  /** How many of the next chunks find that somebody else writes, who does not let go. */
  locked: number
  /** How many of the next finished files its host cannot take. */
  hostFailures: number
}

/** Our server with its disk store, and the way to it. */
export interface OurServer extends Circumstances {
  readonly endpoint: string
  readonly network: Network
  /** The files that the host was given. */
  readonly finished: readonly FinishedUpload[]
  /** The uploads that it knows. */
  sessions(): Promise<readonly SessionRecord[]>
  /** How many files that it keeps hold the bytes of this one, by size and MD5. */
  stored(file: DiskFile): Promise<number>
  /** The names of all files that it keeps of uploads, whole or not. */
  kept(): Promise<readonly string[]>
  /** Resolves when no request writes any more, after all clients have left. */
  still(): Promise<void>
  close(): Promise<void>
}

/**
 * Starts our server.
 *
 * @param folder for all that it keeps; a new one
 * @param origin of the pages that may use it
 */
export async function openServer(folder: string, origin: string): Promise<OurServer> {
  const dir = join(folder, 'media')
  const now: Circumstances = { aheadMs: 0, maxSize: Infinity, locked: 0, hostFailures: 0 }
  const finished: FinishedUpload[] = []
  const locks = memoryLocks()
  const begun = new Set<string>()
  const handler = createUploadHandler({
    store: diskStore({ dir, durability: 'relaxed' }),
    cors: { origins: [origin] },
    now: () => Date.now() + now.aheadMs,
    maxSize: () => now.maxSize,
    locks: {
      ...locks,
      async acquire(id, request) {
        // Where nothing is yet, nobody else writes.
        if (begun.has(id) && now.locked-- > 0) throw new UploadProblem('locked', 'Somebody else writes')
        begun.add(id)
        return locks.acquire(id, request)
      },
    },
    onComplete(upload) {
      if (now.hostFailures-- > 0) throw new Error('The archive is down')
      finished.push(upload)
    },
    // The failures above are its only errors that are no surprise.
    onError: (error) => {
      if (!String(error).includes('The archive is down')) console.error(error)
    },
  })
  const sessions = (): Promise<SessionRecord[]> => handler.sessions.list({ owner: undefined })
  const running = await startServer({ handler, port: 0 })
  const network = await openNetwork(() => running.port)
  return Object.assign(now, {
    ...{ network, finished, endpoint: `${network.url}/api/uploads/` },
    sessions,
    stored: (file: DiskFile) => storedIn(dir, file),
    async kept() {
      const entries = await readdir(dir, { recursive: true, withFileTypes: true })
      // One file says which process the folder belongs to, the other what became of all sessions.
      const own = new Set(['process.json', 'records.jsonl'])
      return entries.filter((entry) => entry.isFile() && !own.has(entry.name)).map(({ name }) => name)
    },
    async still() {
      for (const { id } of await sessions()) await locks.settle(id)
    },
    async close() {
      await network.close()
      await running.close(0)
    },
  })
}
