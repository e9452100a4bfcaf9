import { once } from 'node:events'
import { copyFile, readFile, rename, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { nodeListener } from '@chunkwise/server/node'
import { startSite } from '../servers/gunicorn.ts'
import type { Mount } from './command.ts'
import { openMounts } from './mounts.ts'

/** A server that can forget. */
export interface Forgetful {
  readonly origin: string
  /** Drops all uploads. */
  forget(): Promise<void>
  /** The bytes of a stored file, by its address in an answer. */
  stored(address: string, mount: Mount): Promise<Uint8Array>
  close(): Promise<void>
}

const pathOf = (address: string): string => decodeURIComponent(new URL(address).pathname.replace('/media/', ''))

/**
 * The real one, of version 0.6.0. It forgets by getting the database again that it had at first.
 *
 * @param folder for all that it keeps; a new one
 */
export async function openTheirs(folder: string): Promise<Forgetful> {
  const { port, media, close } = await startSite({ requirements: 'drf-0.6.0', project: 'drf', folder })
  const database = join(folder, 'db.sqlite3')
  const empty = `${database}.empty`
  await copyFile(database, empty)
  return {
    origin: `http://127.0.0.1:${port}`,
    async forget() {
      const next = `${database}.next`
      await copyFile(empty, next)
      // Each request opens the database anew.
      await rename(next, database)
      await rm(media, { recursive: true, force: true })
    },
    stored: (address) => readFile(join(media, pathOf(address))),
    close,
  }
}

/**
 * Ours, with the mounts of the real project, and with the texts of its version of the framework.
 *
 * @param folder for all that it keeps; a new one
 */
export async function openOurs(folder: string): Promise<Forgetful> {
  let count = 0
  const next = () => openMounts(join(folder, String((count += 1))))
  let mounts = next()
  const listener = nodeListener(
    Object.assign((...call: Parameters<typeof mounts.handle>) => mounts.handle(...call), { owns: () => true }),
  )
  const server = createServer((request, response) => listener(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A server that listens on a port has an address of this form.
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    async forget() {
      await mounts.close()
      mounts = next()
    },
    stored: (address, mount) => readFile(join(mounts.folderOf(mount), pathOf(address))),
    async close() {
      server.closeAllConnections()
      server.close()
      await mounts.close()
    },
  }
}
