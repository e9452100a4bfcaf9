import { fileURLToPath } from 'node:url'
import { createUploadHandler } from '@chunkwise/server'
import { diskStore, startServer, type RunningServer, type ServerOptions } from '@chunkwise/server/node'

import { keptFiles, keptPath } from './server/kept-files.ts'
import { createLab, labPath } from './server/lab/lab.ts'
import { serverProcess } from './server/lab/server-process.ts'
import { help, readOptions, type ServeOptions } from './server/options.ts'
import { buildPages } from './server/pages.ts'
import { createVideoHosts } from './server/video/video-hosts.ts'
import { fakeHostsPath } from './src/video/hosts.ts'

const home = fileURLToPath(new URL('.', import.meta.url))

// Enough to pass over what else runs on a machine for development.
const portsToTry = 50

// Who stops the demo does not want to wait for a chunk: the upload goes on from there when the server is back.
const graceMs = 1000

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  return 1
})

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args, home, process.cwd())
  if (options) await serve(options)
  else console.log(help)
  return 0
}

async function serve({ port, dir }: ServeOptions): Promise<void> {
  const store = diskStore({ dir })
  const handler = createUploadHandler({ store, path: '/api/uploads/' })
  await handler.open().catch((cause: unknown) => {
    throw new Error(`Cannot keep uploads in ${dir}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  })
  const pages = await buildPages(`${home}vite.config.ts`, { kept: keptPath, lab: labPath, hosts: fakeHostsPath })
  // A server of its own, over a folder of its own: what is broken there is nobody's upload.
  const lab = createLab((onChange) => serverProcess(`${dir}-lab`, onChange), keptFiles(store, pages))
  const hosts = createVideoHosts(lab.listen)
  const running = await listen({ handler, otherwise: hosts.listen }, port)
  // On a connection that was used before, a browser silently sends again what was cut off: the laboratory could show nothing.
  running.server.maxRequestsPerSocket = 1
  console.log(`
Chunkwise demo

  Page      ${running.url}/
  Uploads   ${dir}

Stop it with Ctrl-C; unfinished uploads go on after the next start.
`)
  const stop = (): void => {
    Promise.all([lab.close(), hosts.close(), running.close(graceMs)]).then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  }
  process.once('SIGINT', stop).once('SIGTERM', stop)
}

async function listen(options: ServerOptions, port: number): Promise<RunningServer> {
  const last = port === 0 ? 0 : Math.min(65_535, port + portsToTry)
  for (let candidate = port; candidate <= last; candidate += 1) {
    try {
      const running = await startServer({ ...options, port: candidate })
      if (candidate !== port) console.log(`Port ${port} is taken, using ${candidate}`)
      return running
    } catch (error) {
      if (!isCode(error, 'EADDRINUSE')) throw error
    }
  }
  throw new Error(`Cannot listen: ports ${port} to ${last} are all taken`)
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
