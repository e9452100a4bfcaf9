import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProgram, type Program } from '../peers/servers/program.ts'

/** Starts a Redis that has on its disk what it has acknowledged, as docs/deploy.md wants it. */
export async function startKeepingRedis(within = tmpdir()): Promise<Program> {
  const folder = await mkdtemp(join(within, 'chunkwise-redis-'))
  const keeping = ['--dir', folder, '--appendonly', 'yes', '--appendfsync', 'always', '--save', '']
  const server = await startProgram('redis-server', (port) => [
    ...['--port', String(port), '--bind', '127.0.0.1', '--maxmemory-policy', 'noeviction'],
    ...keeping,
  ])
  return {
    port: server.port,
    get pid() {
      return server.pid
    },
    restart: () => server.restart(),
    async close() {
      await server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
