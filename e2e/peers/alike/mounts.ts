import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { anyOf, basicAuth, createUploadHandler, tokenAuth, type UploadHandlerOptions } from '@chunkwise/server'
import { diskStore } from '@chunkwise/server/node'
import { type Mount, mounts, tables } from './command.ts'

// Who is who by the primary keys that the users of the project have.
const tokens = tokenAuth({ ['a'.repeat(40)]: '1', ['b'.repeat(40)]: '2' })
const passwords = basicAuth((user, password) => (user === 'alice' && password === 'alicealice' ? '1' : undefined))

const texts = (model: string) => ({
  notFound: `No ${model} matches the given query.`,
  notInteger: 'A valid biginteger is required.',
})
const open = (viewName: string) => ({ viewName, texts: texts('OpenUpload') })

/** The mounts of the real project, in our words. */
const options: Readonly<Record<Mount, Omit<UploadHandlerOptions, 'store'>>> = {
  uploads: { drf: open('View Uploads') },
  limited: { maxSize: 1024 ** 2, drf: open('View Limited') },
  mine: {
    authenticate: anyOf(tokens, passwords),
    requireSignIn: false,
    drf: { viewName: 'View Mine', texts: texts('ChunkedUpload') },
  },
}

/** Our server at those paths. */
export interface Mounts {
  handle(request: Request): Promise<Response>
  /** Where the files of a mount are. */
  folderOf(mount: Mount): string
  /** Removes what they kept, too. */
  close(): Promise<void>
}

/** Opens the mounts over disk stores in a folder, which is made. */
export function openMounts(folder: string): Mounts {
  const folderOf = (mount: Mount): string => join(folder, tables[mount])
  const stores = new Map(['open', 'own'].map((table) => [table, diskStore({ dir: join(folder, table) })]))
  const handlers = mounts.map((mount) => {
    const store = stores.get(tables[mount])
    if (!store) throw new Error(`No store for ${mount}`)
    return createUploadHandler({ path: `/api/${mount}/`, compat: '0.6.0', store, ...options[mount] })
  })
  return {
    folderOf,
    async handle(request) {
      const { pathname } = new URL(request.url)
      const handler = handlers.find(({ owns }) => owns(pathname))
      return handler ? handler(request) : new Response(null, { status: 404 })
    },
    async close() {
      for (const handler of handlers) await handler.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
