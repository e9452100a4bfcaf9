import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { getuid } from 'node:process'
import { startChild } from './child.ts'
import { freePort } from './free-port.ts'

/** nginx as Debian ships it. */
export interface Nginx {
  readonly port: number
  /** Of its first process. */
  readonly pid: number
  close(): Promise<void>
}

/**
 * Starts nginx.
 *
 * @param folder for all that it keeps
 * @param sites what stands in its block `http`, listening on this port of 127.0.0.1
 */
export async function startNginx(folder: string, sites: (port: number) => string): Promise<Nginx> {
  await mkdir(folder, { recursive: true })
  const port = await freePort()
  const settings = join(folder, 'nginx.conf')
  await writeFile(settings, around(folder, sites(port)))
  const { pid, end } = await startChild('nginx', ['-p', folder, '-c', settings, '-e', 'stderr'], port)
  return { port, pid, close: () => end() }
}

// Where root runs it, its worker would be somebody who may not enter a folder of root's.
const around = (folder: string, sites: string): string => `
daemon off;
${getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
error_log stderr warn;
pid ${folder}/nginx.pid;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
${sites}
}
`
