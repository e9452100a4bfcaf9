import { extname } from 'node:path'
import type { RequestListener } from 'node:http'
import { build, type Rolldown } from 'vite'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/**
 * Builds the pages as they would be published, and serves them from memory: what was not built has no address.
 *
 * @param address what the server tells its pages: under `kept` of finished files, under `lab` of the laboratory, under `hosts` of the
 *   fake video hosts
 */
export async function buildPages(
  configFile: string,
  address: { readonly kept: string; readonly lab: string; readonly hosts: string },
): Promise<RequestListener> {
  const result = await build({
    configFile,
    logLevel: 'silent',
    define: {
      __KEPT__: JSON.stringify(address.kept),
      __LAB__: JSON.stringify(address.lab),
      __HOSTS__: JSON.stringify(address.hosts),
    },
    build: { write: false },
  })
  const files = new Map<string, { readonly type: string; readonly body: Buffer }>()
  for (const { fileName, content } of contentsOf(result)) {
    const file = { type: types[extname(fileName)] ?? 'application/octet-stream', body: Buffer.from(content) }
    files.set(`/${fileName}`, file)
    if (fileName.endsWith('index.html')) files.set(`/${fileName.slice(0, -'index.html'.length)}`, file)
  }

  return (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const file = files.get(pathname)
    if (!file) return void response.writeHead(404, { 'Content-Type': 'text/plain' }).end(`Not found: ${pathname}\n`)
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return void response.writeHead(405, { Allow: 'GET, HEAD' }).end()
    }
    response.writeHead(200, {
      'Content-Type': file.type,
      'Content-Length': file.body.length,
      // Names of bundles hold their own digest; pages and the script tag do not.
      'Cache-Control': pathname.startsWith('/assets/') ? 'max-age=31536000, immutable' : 'no-cache',
      'X-Content-Type-Options': 'nosniff',
    })
    response.end(request.method === 'HEAD' ? undefined : file.body)
  }
}

function contentsOf(
  result: Awaited<ReturnType<typeof build>>,
): readonly { fileName: string; content: string | Uint8Array }[] {
  if (!Array.isArray(result) && !('output' in result)) throw new Error('Cannot build the pages: Vite is watching them')
  const outputs: readonly Rolldown.RolldownOutput[] = Array.isArray(result) ? result : [result]
  return outputs.flatMap(({ output }) =>
    output.map((file) => ({ fileName: file.fileName, content: file.type === 'chunk' ? file.code : file.source })),
  )
}
