// The process of one server: its page, and the uploads of that page. It ends with the process that started it.
import { mkdir } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { parseArgs } from 'node:util'
import { candidates, isOutside, type OutsideKind, type ServerKind } from '../candidates.ts'
import { uploadsPath } from './address.ts'
import type { FromServer, ToServer } from './messages.ts'
import { chunkwiseListener } from './chunkwise.ts'
import { answerPage } from './pages.ts'
import { rawListener } from './raw.ts'
import { sinkListener } from './sink.ts'
import { tusListener } from './tus.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { dir: { type: 'string' }, pages: { type: 'string' }, log: { type: 'boolean', default: false } },
})
const { dir, pages, log } = values
const kind = Object.values(candidates).find(({ server }) => server === positionals[0])?.server
if (!kind || isOutside(kind) || dir === undefined || pages === undefined)
  throw new TypeError(`Cannot serve: got ${process.argv.join(' ')}`)

const tell = (message: FromServer): void => void process.send?.(message)
await mkdir(dir, { recursive: true })
const uploads = uploadsOf(kind, dir)
let requests = 0
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  if (!`${pathname}/`.startsWith(uploadsPath)) return answerPage(pages, pathname, response)
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

process.on('message', (_message: ToServer) => {
  const { user, system } = process.cpuUsage()
  const { maxRSS } = process.resourceUsage()
  tell({ type: 'used', used: { cpuSeconds: (user + system) / 1e6, peakMemory: maxRSS * 1024, requests } })
})
process.once('disconnect', () => process.exit())

function uploadsOf(server: Exclude<ServerKind, OutsideKind>, folder: string): RequestListener {
  if (server === 'raw') return rawListener(folder)
  if (server === 'sink') return sinkListener(folder)
  if (server === 'tus') return tusListener(folder, uploadsPath.replace(/\/$/, ''))
  return chunkwiseListener(
    folder,
    uploadsPath,
    server,
    log ? (exchange) => tell({ type: 'answered', exchange }) : undefined,
  )
}
