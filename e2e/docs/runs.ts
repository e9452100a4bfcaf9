import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createUploader } from '@chunkwise/client'
import { freePort } from '../peers/servers/free-port.ts'
import { startChild } from '../peers/servers/child.ts'
import { root } from '../run/command.ts'
import type { Block } from '../support/blocks.ts'
import type { Fault } from './findings.ts'

/**
 * How a block is started, by its mark. `run`: a server that listens on `PORT`. `run=routes`: route handlers, a function for
 * each method, which a host has to serve.
 */
const hosts: Readonly<Record<string, { readonly endpoint: string; host(path: string): string }>> = {
  run: { endpoint: '/api/uploads/', host: (path) => `import '${path}'` },
  'run=routes': {
    endpoint: '/api/uploads',
    host: (path) => `
      import { serve } from '@hono/node-server'
      import * as routes from '${path}'
      const fetch = (request: Request) => Reflect.get(routes, request.method)(request)
      serve({ fetch, port: Number(process.env.PORT), hostname: '127.0.0.1' })`,
  },
}

const MiB = 1024 ** 2

/** Whether a block wants to be run. */
export const isRun = ({ marks }: Block): boolean => marks.some((mark) => mark in hosts)

/** Starts the server that a block is, uploads a file through it, and compares what the server has stored. */
export async function run(block: Block): Promise<Fault[]> {
  const [way] = block.marks.flatMap((mark) => hosts[mark] ?? [])
  if (!way) return []
  const port = await freePort()
  const folder = await mkdtemp(join(tmpdir(), 'chunkwise-docs-'))
  // Among our packages, for what it imports.
  const sources = join(root, 'e2e/docs/.cache', String(port))
  try {
    await mkdir(sources, { recursive: true })
    await writeFile(join(sources, 'block.ts'), block.code)
    await writeFile(join(sources, 'host.ts'), way.host('./block.ts'))
    const args = ['--import', import.meta.resolve('tsx'), join(sources, 'host.ts')]
    const env = { ...process.env, PORT: String(port) }
    const server = await startChild(process.execPath, args, port, { cwd: folder, env })
    try {
      return await upload(`http://127.0.0.1:${port}${way.endpoint}`, folder)
    } finally {
      await server.end()
    }
  } catch (error) {
    return [{ line: 0, message: `It does not run: ${String(error)}` }]
  } finally {
    await rm(sources, { recursive: true, force: true })
    await rm(folder, { recursive: true, force: true })
  }
}

async function upload(endpoint: string, folder: string): Promise<Fault[]> {
  const bytes = randomBytes(3 * MiB + 1)
  // A server that is as it should be needs no second attempt.
  const retry = { attempts: 1, patienceMs: 0 }
  const uploader = createUploader({ endpoint, chunkSize: MiB, store: false, retry })
  const { verified } = await uploader.add(new File([bytes], 'film.bin')).finished
  const files = await readdir(folder, { recursive: true })
  const done = files.filter((name) => name.endsWith('.done'))
  const stored = await Promise.all(done.map((name) => readFile(join(folder, name))))
  const same = stored.length === 1 && stored[0]?.equals(bytes)
  return verified && same ? [] : [{ line: 0, message: `It stored ${stored.length} files, and not what was sent` }]
}
