import { randomUUID } from 'node:crypto'
import type { ContractServer } from './steps.ts'

interface Upload {
  readonly length: number
  readonly bytes: Uint8Array
}

/**
 * The Django app django-tus as it was measured: it forgets an upload with its last byte, ends nothing on request, tells no
 * offset with a conflict, and knows no user (what stands in front of it may).
 */
export function djangoTusDouble(endpoint: string): ContractServer {
  const { pathname: root } = new URL(endpoint)
  const finished: Uint8Array[] = []
  const uploads = new Map<string, Upload>()
  let signedIn = true

  const say = (status: number, headers: Record<string, string> = {}): Response =>
    new Response(null, { status, headers: { 'Tus-Resumable': '1.0.0', ...headers } })
  const unknown = (): Response => new Response('<h1>Not Found</h1>', { status: 404 })

  function create(request: Request): Response {
    const id = randomUUID()
    uploads.set(id, { length: Number(request.headers.get('Upload-Length')), bytes: new Uint8Array() })
    return say(201, { Location: `${endpoint}${id}` })
  }

  function append(id: string, { length, bytes }: Upload, offset: number, more: Uint8Array): Response {
    if (offset !== bytes.length) return say(409)
    const now = Uint8Array.from([...bytes, ...more])
    if (now.length < length) uploads.set(id, { length, bytes: now })
    else {
      uploads.delete(id)
      finished.push(now)
    }
    return say(204, { 'Upload-Offset': String(now.length) })
  }

  return {
    async fetch(request) {
      if (!signedIn) return new Response('', { status: 401 })
      const { pathname } = new URL(request.url)
      const id = pathname.slice(root.length)
      if (request.method === 'POST' && id === '') return create(request)
      if (!/HEAD|PATCH/.test(request.method)) return say(405)
      const body = new Uint8Array(await request.arrayBuffer())
      const upload = uploads.get(id)
      if (!upload) return unknown()
      const { length, bytes } = upload
      if (request.method === 'PATCH') return append(id, upload, Number(request.headers.get('Upload-Offset')), body)
      return say(200, { 'Upload-Offset': String(bytes.length), 'Upload-Length': String(length) })
    },
    finished: async () => finished,
    forget: async () => uploads.clear(),
    signIn: (yes) => void (signedIn = yes),
  }
}
