import type { IncomingMessage, RequestListener } from 'node:http'
import { createUploadHandler, memoryStore } from '@chunkwise/server'
import { startServer } from '@chunkwise/server/node'
import { servePages } from '../support/pages.ts'

/** A violation of a page's policy, or of one of its workers', as the browser reports it. */
export interface Violation {
  readonly directive: string
  readonly blocked: string
}

/** A site as static hosting has it, with an upload server beside it at `/api/uploads/`. */
export interface StaticSite {
  readonly url: string
  /** Paths that were asked for, in order. */
  readonly asked: readonly string[]
  /** What came in at `/violations`. */
  readonly violations: readonly Violation[]
  close(): Promise<void>
}

/** What a site has. */
export interface StaticSiteOptions {
  /** Its files. */
  readonly folder: string
  /** Of each answer that is a file. */
  readonly headers?: Readonly<Record<string, string>>
  /** Texts in place of files, by their paths. */
  readonly texts?: Readonly<Record<string, string>>
}

/** Starts a site. */
export async function startStaticSite({ folder, headers = {}, texts = {} }: StaticSiteOptions): Promise<StaticSite> {
  const asked: string[] = []
  const violations: Violation[] = []
  const files = servePages(folder)

  const otherwise: RequestListener = (request, response) => {
    const path = request.url ?? '/'
    asked.push(path)
    if (path === '/violations') {
      void read(request).then((violation) => {
        violations.push(violation)
        response.writeHead(204).end()
      })
      return
    }
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    const text = texts[path]
    if (text === undefined) return files(request, response)
    response.setHeader('Content-Type', path.endsWith('.js') ? 'text/javascript' : 'text/html; charset=utf-8').end(text)
  }

  const { url, close } = await startServer({
    handler: createUploadHandler({ store: memoryStore() }),
    port: 0,
    otherwise,
  })
  return { url, asked, violations, close: () => close(0) }
}

async function read(request: IncomingMessage): Promise<Violation> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  // The form that `report-uri` has (CSP, section 5.3).
  const { 'csp-report': report } = JSON.parse(Buffer.concat(pieces).toString()) as {
    readonly 'csp-report': Readonly<Record<string, string>>
  }
  return { directive: report['effective-directive'] ?? '', blocked: report['blocked-uri'] ?? '' }
}
