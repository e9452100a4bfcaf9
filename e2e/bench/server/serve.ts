// The process of one server: its page, and the uploads of that page. It ends with the process that started it.
import { mkdir } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { parseArgs } from 'node:util'
import { candidates, isOutside, type OutsideKind, type ServerKind } from '../candidates.ts'
import { uploadsPath } from './address.ts'
import { chunkwiseListener } from './chunkwise.ts'
import { answerPage } from './pages.ts'
import { answerParent, tell } from './parent.ts'
import { rawListener } from './raw.ts'
import { sinkListener } from './sink.ts'
import { tusListener } from './tus.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dir: { type: 'string' },
    pages: { type: 'string' },
    log: { type: 'boolean', default: false },
    'no-wasm': { type: 'boolean', default: false },
    unchecked: { type: 'boolean', default: false },
  },
})
const { dir, pages, log, unchecked, 'no-wasm': noWasm } = values
const kind = Object.values(candidates).find(({ server }) => server === positionals[0])?.server
if (!kind || isOutside(kind) || dir === undefined || pages === undefined)
  throw new TypeError(`Cannot serve: got ${process.argv.join(' ')}`)

await mkdir(dir, { recursive: true })
const uploads = uploadsOf(kind, dir)
let requests = 0
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  if (!`${pathname}/`.startsWith(uploadsPath)) {
    // A worker has the policy of its script, not of its page.
    if (noWasm && pathname !== '/') response.setHeader('Content-Security-Policy', "script-src 'self'")
    return answerPage(pages, pathname, response)
  }
  requests += 1
  uploads(request, response)
})
// As our own server has it for good reason, and so for all: a whole file in one request takes as long as it takes.
server.requestTimeout = 0
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object')
    tell({ type: 'listening', url: `http://127.0.0.1:${address.port}` })
})

answerParent(() => ({ requests, memory: undefined }))

function uploadsOf(server: Exclude<ServerKind, OutsideKind>, folder: string): RequestListener {
  if (server === 'raw') return rawListener(folder)
  if (server === 'sink') return sinkListener(folder)
  if (server === 'tus') return tusListener(folder, uploadsPath.replace(/\/$/, ''))
  return chunkwiseListener({
    ...{ dir: folder, path: uploadsPath, durability: server },
    ...(unchecked ? { checksum: false } : {}),
    tell: log ? (exchange) => tell({ type: 'answered', exchange }) : undefined,
  })
}
