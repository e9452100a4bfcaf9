import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startNginx, type Nginx } from '../peers/servers/nginx.ts'
import { root } from '../run/command.ts'

/** Starts nginx before several nodes, with the very lines of docs/deploy.md: each request goes to the next node. */
export async function startBalancer(ports: readonly number[]): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), 'chunkwise-balancer-'))
  const lines = linesIn(await readFile(join(root, 'docs', 'deploy.md'), 'utf8'))
  const nginx = await startNginx(folder, (port) => placed(lines, port, ports))
  return {
    ...nginx,
    async close() {
      await nginx.close()
      await rm(folder, { recursive: true })
    },
  }
}

function linesIn(document: string): string {
  const [, lines] = /^```nginx\n(upstream .*?)^```/ms.exec(document) ?? []
  if (lines === undefined) throw new Error('docs/deploy.md has no block of nginx that begins with upstream')
  return lines
}

// Only where it listens, and where its nodes are, is not as it stands there.
function placed(lines: string, port: number, ports: readonly number[]): string {
  const nodes = ports.map((each) => `  server 127.0.0.1:${each};\n`).join('')
  const parts = /^(upstream uploads \{\n)(?:  server [\d.]+:8080;\n)+(.*listen )80(;.*)$/s.exec(lines)
  if (!parts) throw new Error(`Expected nodes on port 8080 and a server on port 80, got ${lines}`)
  const [, head, between, rest] = parts
  return `${head}${nodes}${between}127.0.0.1:${port}${rest}`
}
