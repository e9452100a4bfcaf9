import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createUploadHandler } from '@chunkwise/server'
import { diskStore, nodeListener, type NodeListener } from '@chunkwise/server/node'
import { iriChunkedUploadsDouble } from '@chunkwise/testing/doubles'
import type { Running } from './peers.ts'
import { storedIn } from './stored-in.ts'

/** A double of m3hrdadfi's fork: our own server, which answers as it was recorded to answer, but for its crashes. */
export function startFork(folder: string): Promise<Running> {
  const media = join(folder, 'media')
  const newHandler = () => createUploadHandler({ store: diskStore({ dir: media }), compat: 'fork' })
  let handler = newHandler()
  return start({
    listen: () => nodeListener((handler = newHandler())),
    end: () => handler.close(),
    stored: (file) => storedIn(media, file),
  })
}

/** A double of django-chunked-uploads, made from what its source says. It keeps everything in memory, also over a restart. */
export function startIri(): Promise<Running> {
  const double = iriChunkedUploadsDouble({ path: '/api/uploads/' })
  const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')
  const listener = nodeListener(double)
  return start({
    listen: () => listener,
    end: async () => {},
    stored: async (file) =>
      double.uploads().filter((upload) => upload.complete && md5(upload.bytes()) === file.md5).length,
  })
}

interface Double extends Pick<Running, 'stored'> {
  listen(): NodeListener
  end(): Promise<void>
}

async function start({ listen, end, stored }: Double): Promise<Running> {
  const open = async (port: number): Promise<Server> => {
    const server = createServer(listen()).listen(port, '127.0.0.1')
    await once(server, 'listening')
    return server
  }
  const close = async (server: Server): Promise<void> => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
    await end()
  }
  let server = await open(0)
  // A server that listens on a port has an address of this form.
  const { port } = server.address() as AddressInfo
  return {
    ...{ port, stored },
    async restart() {
      await close(server)
      server = await open(port)
    },
    close: () => close(server),
  }
}
