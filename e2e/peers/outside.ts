import { open } from 'node:fs/promises'
import { type ClientRequest, request } from 'node:http'
import { expect } from '@playwright/test'
import type { DiskFile } from '../support/files.ts'
import type { World } from './world.ts'

/** Somebody else with an upload: speaks the protocol of the peer past the client and its network. */
export interface Outsider {
  /** Begins an upload, and gives its path. */
  create(size: number): Promise<string>
  /** The answer to a request for the offset. */
  ask(path: string): Promise<Response>
  /** Sends bytes of a file; gives the status of the answer. */
  append(path: string, file: DiskFile, start: number, end: number): Promise<number>
  /** Begins to send from where the upload stands, and stops in the middle of a request that stays open. */
  hang(path: string, file: DiskFile): Promise<ClientRequest>
  /** Drops the upload. */
  drop(path: string): Promise<void>
}

/** Somebody else at the peer of a world. */
export function outsiderOf({ peer, running }: World): Outsider {
  const { version, first, more } = peer.protocol === 'ietf' ? draft(peer.options?.['interop']) : tus
  const send = (method: string, path: string, headers: Readonly<Record<string, string>> = {}, body?: Uint8Array) =>
    fetch(`http://127.0.0.1:${running.port}${path}`, {
      method,
      headers: { ...version, ...headers },
      ...(body && { body: new Blob([new Uint8Array(body)]) }),
    })
  return {
    async create(size) {
      const { headers, status } = await send('POST', '/api/uploads/', { ...first, 'Upload-Length': String(size) })
      const location = headers.get('Location')
      if (location === null) throw new Error(`Cannot create an upload: the peer answered ${status}`)
      return new URL(location, 'http://127.0.0.1').pathname
    },
    ask: (path) => send('HEAD', path),
    async append(path, file, start, end) {
      const answer = await send(
        'PATCH',
        path,
        { ...more, 'Upload-Offset': String(start) },
        await slice(file, start, end),
      )
      return answer.status
    },
    async hang(path, file) {
      const start = Number((await send('HEAD', path)).headers.get('Upload-Offset'))
      const headers = {
        ...version,
        ...more,
        'Upload-Offset': String(start),
        'Content-Length': String(file.size - start),
      }
      const hanging = request({ host: '127.0.0.1', port: running.port, method: 'PATCH', path, headers })
      // The server may end it, or ours does when the test is over.
      hanging.on('error', () => {})
      hanging.write(await slice(file, start, start + 1000))
      await expect.poll(() => hanging.socket?.bytesWritten ?? 0).toBeGreaterThan(1000)
      return hanging
    },
    async drop(path) {
      const id = path.split('/').at(-1) ?? ''
      if (running.forget) return running.forget(id)
      const { ok, status } = await send('DELETE', path)
      if (!ok) throw new Error(`Cannot drop an upload: the peer answered ${status}`)
    },
  }
}

interface Headers {
  readonly version: Readonly<Record<string, string>>
  readonly first: Readonly<Record<string, string>>
  readonly more: Readonly<Record<string, string>>
}

const tus: Headers = {
  version: { 'Tus-Resumable': '1.0.0' },
  first: { 'Upload-Metadata': `filename ${btoa('film.mp4')}` },
  more: { 'Content-Type': 'application/offset+octet-stream' },
}

const draft = (interop: unknown): Headers => ({
  version: interop === undefined ? {} : { 'Upload-Draft-Interop-Version': String(interop) },
  first: { 'Upload-Complete': '?0' },
  more: { 'Content-Type': 'application/partial-upload', 'Upload-Complete': '?0' },
})

async function slice({ path }: DiskFile, start: number, end: number): Promise<Uint8Array> {
  const handle = await open(path)
  try {
    const { buffer } = await handle.read(Buffer.alloc(end - start), 0, end - start, start)
    return buffer
  } finally {
    await handle.close()
  }
}
