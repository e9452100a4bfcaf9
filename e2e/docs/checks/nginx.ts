import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Check } from '../findings.ts'

/** nginx says itself what it thinks of its settings. */
export const checkNginx: Check = ({ code }) => {
  const folder = mkdtempSync(join(tmpdir(), 'chunkwise-nginx-'))
  try {
    const before = `pid ${folder}/pid; events {} http { access_log off; ${temporary(folder)} ${inServer(code) ? 'server {' : ''}`
    const settings = join(folder, 'nginx.conf')
    writeFileSync(settings, `${before}${code}\n${inServer(code) ? '}' : ''} }`)
    const asked = spawnSync('nginx', ['-t', '-q', '-p', folder, '-c', settings, '-e', 'stderr'], { encoding: 'utf8' })
    if (asked.error) return { missing: 'nginx' }
    if (asked.status === 0) return {}
    const [, line = '1'] = /nginx\.conf:(\d+)/.exec(asked.stderr) ?? []
    return { faults: [{ line: Number(line) - 1, message: asked.stderr.trim().replaceAll(folder, '') }] }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const inServer = (code: string): boolean => /^location\b/m.test(code)

const temporary = (folder: string): string =>
  ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')
