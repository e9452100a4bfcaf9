import type { RequestListener } from 'node:http'
import { createUploadHandler, memoryLocks, tokenAuth, UploadProblem } from '@chunkwise/server'
import { diskStore, startServer } from '@chunkwise/server/node'
import { servePages } from './pages.ts'

// A process of its own, so that it can really be killed: `server.ts` starts it, and speaks to it over its channel.

const [dir, pages, tokens, idleMs] = process.argv.slice(2)
if (dir === undefined || pages === undefined || tokens === undefined)
  throw new Error('Expected a folder for uploads, a folder of pages, tokens as JSON and perhaps a limit on silence')

// Checked by who starts it, in `server.ts`.
let accepted = JSON.parse(tokens) as readonly string[]
const authenticate = tokenAuth((token) => (accepted.includes(token) ? 'alice' : undefined), 'Bearer')

const store = diskStore({ dir })
const locks = memoryLocks()
const handler = createUploadHandler({
  ...{ store, locks },
  ...(accepted.length > 0 ? { authenticate } : {}),
})
const { port } = await startServer({
  handler,
  port: 0,
  otherwise: expiring(servePages(pages)),
  ...(idleMs ? { idleMs: Number(idleMs) } : {}),
})

process.on('message', (next: readonly string[]) => {
  accepted = next
  process.send?.({ accepted: next.length })
})
// Whoever started it is gone, and nobody else knows of it.
process.on('disconnect', () => process.exit())
process.send?.({ port })

// `DELETE /unfinished/<beginning of a name>` ends unfinished uploads as if their time were over. Under the lock, as a sweep
// does it: one that is finished while somebody looks is not deleted.
function expiring(otherwise: RequestListener): RequestListener {
  return (request, response) => {
    const [, beginning] = /^\/unfinished\/(.+)$/.exec(request.url ?? '') ?? []
    if (beginning === undefined) return otherwise(request, response)
    expire(beginning).then(
      () => response.writeHead(204).end(),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  }
}

async function expire(beginning: string): Promise<void> {
  for await (const { id, filename } of store.list()) if (filename.startsWith(beginning)) await expireOne(id)
}

async function expireOne(id: string): Promise<void> {
  const lease = await locks.acquire(id, { purpose: 'finish' }).catch((error: unknown) => {
    // Somebody newer is at work on it.
    if (error instanceof UploadProblem) return undefined
    throw error
  })
  if (!lease) return
  try {
    const session = await store.read(id)
    if (session?.status === 'uploading') await store.remove(session)
  } finally {
    lease.release()
  }
}
