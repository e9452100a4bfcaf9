import { createUploadHandler } from '@chunkwise/server'
import { diskStore, startServer } from '@chunkwise/server/node'

// The reference server as a process of its own, so that it can really be killed. It speaks one dialect, and pages of all
// origins may use it.

const [port, dir, dialect] = process.argv.slice(2)
if (dir === undefined || (dialect !== 'tus' && dialect !== 'ietf'))
  throw new Error('Expected a port, a folder for uploads and a dialect')
const handler = createUploadHandler({ store: diskStore({ dir }), dialects: [dialect], cors: { origins: '*' } })
await startServer({ handler, port: Number(port) })
