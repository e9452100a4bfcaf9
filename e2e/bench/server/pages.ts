import { createReadStream } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'

/** Answers with the benchmark's page, or with a script of it. */
export function answerPage(folder: string, pathname: string, response: ServerResponse): void {
  if (pathname === '/') {
    const html =
      '<!doctype html><html lang="en"><title>Benchmark</title><input type="file" multiple><script type="module" src="/page.js"></script>'
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(html)
    return
  }
  // Names of bundles hold no path.
  const script = createReadStream(join(folder, pathname.replaceAll(/[^\w.-]/g, '')))
  script.once('error', () => response.writeHead(404).end())
  script.once('open', () => script.pipe(response.writeHead(200, { 'Content-Type': 'text/javascript' })))
}
