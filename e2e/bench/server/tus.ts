import type { RequestListener } from 'node:http'
import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'

/** tus as its own server keeps it, with the options that must be given and no other. */
export function tusListener(dir: string, path: string): RequestListener {
  const server = new Server({ path, datastore: new FileStore({ directory: dir }) })
  return (request, response) => void server.handle(request, response)
}
