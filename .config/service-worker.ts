import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Plugin } from 'vitest/config'

const { resolve } = createRequire(new URL('../packages/testing/package.json', import.meta.url))

/** The script of Mock Service Worker where it looks for it, without a copy of it in the repository. */
export const serviceWorker: Plugin = {
  name: 'service-worker',
  configureServer(server) {
    server.middlewares.use('/mockServiceWorker.js', (_: IncomingMessage, response: ServerResponse) => {
      void readFile(resolve('msw/mockServiceWorker.js')).then((script) => {
        response.setHeader('Content-Type', 'text/javascript')
        response.end(script)
      })
    })
  },
}
