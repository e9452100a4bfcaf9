import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { extname, join, normalize } from 'node:path'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Serves the files of a folder. */
export function servePages(folder: string): RequestListener {
  return (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const path = join(folder, normalize(pathname.endsWith('/') ? `${pathname}index.html` : pathname))
    const type = types[extname(path)] ?? 'application/octet-stream'
    stat(path).then(
      ({ size }) => {
        response.writeHead(200, { 'Content-Type': type, 'Content-Length': size, 'Cache-Control': 'no-cache' })
        createReadStream(path).pipe(response)
      },
      () => response.writeHead(404, { 'Content-Type': 'text/plain' }).end(`Not found: ${pathname}\n`),
    )
  }
}
