import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startNginx } from './nginx.ts'

/** nginx with TLS in front of a server. */
export interface Proxy {
  /** `https://127.0.0.1:…` */
  readonly origin: string
  close(): Promise<void>
}

/**
 * Starts nginx as Debian ships it, with the limits people forget to raise: bodies of at most 1 MiB (its default), and 5 s
 * for an answer.
 *
 * @param folder for all that it keeps; a new one
 * @param upstream of the server behind it
 */
export async function startTlsProxy(folder: string, upstream: string): Promise<Proxy> {
  await mkdir(folder, { recursive: true })
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    join(folder, 'key.pem'),
  ]
  await promisify(execFile)('openssl', [
    'req',
    '-x509',
    ...key,
    ...subject,
    '-days',
    '2',
    '-out',
    join(folder, 'cert.pem'),
  ])
  const { port, close } = await startNginx(folder, (port) => site(port, upstream))
  return { origin: `https://127.0.0.1:${port}`, close }
}

const site = (port: number, upstream: string): string => `
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate cert.pem;
    ssl_certificate_key key.pem;
    proxy_read_timeout 5s;
    location / {
      # A location has the headers that it sets, or else those of the server: never both.
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_pass ${upstream};
    }
    # Here the project is not told that there was TLS.
    location /api/untold/ {
      proxy_set_header Host $http_host;
      proxy_pass ${upstream};
    }
  }
`
