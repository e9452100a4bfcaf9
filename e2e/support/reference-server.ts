import { createUploadHandler, tokenAuth } from '@chunkwise/server'
import { diskStore, startServer } from '@chunkwise/server/node'
import { servePages } from './pages.ts'

// A process of its own, so that it can really be killed: `server.ts` starts it, and speaks to it over its channel.

const [dir, pages, tokens, idleMs] = process.argv.slice(2)
if (dir === undefined || pages === undefined || tokens === undefined)
  throw new Error('Expected a folder for uploads, a folder of pages, tokens as JSON and perhaps a limit on silence')

// Checked by who starts it, in `server.ts`.
let accepted = JSON.parse(tokens) as readonly string[]
const authenticate = tokenAuth((token) => (accepted.includes(token) ? 'alice' : undefined), 'Bearer')

const handler = createUploadHandler({
  store: diskStore({ dir }),
  ...(accepted.length > 0 ? { authenticate } : {}),
})
const { port } = await startServer({
  handler,
  port: 0,
  otherwise: servePages(pages),
  ...(idleMs ? { idleMs: Number(idleMs) } : {}),
})

process.on('message', (next: readonly string[]) => {
  accepted = next
  process.send?.({ accepted: next.length })
})
// Whoever started it is gone, and nobody else knows of it.
process.on('disconnect', () => process.exit())
process.send?.({ port })
