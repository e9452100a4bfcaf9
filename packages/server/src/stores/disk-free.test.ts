import { createServer, type IncomingMessage } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { md5 } from '../dialects/fixtures/drf-client.ts'
import { createUploadHandler } from '../handler.ts'
import { nodeListener } from '../node-listener.ts'
import type { UploadHandlerOptions } from '../options.ts'
import type { UploadStore } from '../store.ts'
import { diskStore } from './disk.ts'

const MiB = 1024 ** 2

/** Lets somebody look at the very pieces that the store is given. */
const watched = (store: UploadStore, seen: (bytes: Uint8Array) => void): UploadStore => ({
  ...store,
  async writer(record) {
    const writer = await store.writer(record)
    async function* watch(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const bytes of source) {
        seen(bytes)
        yield bytes
      }
    }
    return {
      get end() {
        return writer.end
      },
      write: async (position, source) => writer.write(position, watch(source)),
      commit: async (next) => writer.commit(next),
      close: async () => writer.close(),
    }
  },
})

interface Host {
  readonly options?: Partial<UploadHandlerOptions>
  readonly listen?: (incoming: IncomingMessage) => void
}

/** Uploads a file through a real socket; says what the pieces are like afterwards, and that the file is what was sent. */
async function upload(file: Uint8Array<ArrayBuffer>, { options = {}, listen = () => {} }: Host = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'chunkwise-free-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const pieces: { readonly size: number; readonly bytes: Uint8Array }[] = []
  const store = watched(diskStore({ dir }), (bytes) => pieces.push({ size: bytes.length, bytes }))
  const handler = createUploadHandler({ store, drf: { rawBodies: true }, ...options })
  const listener = nodeListener(handler)
  const server = createServer((incoming, outgoing) => {
    listen(incoming)
    listener(incoming, outgoing)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await handler.close()
  })
  // The address of a listening TCP server is one.
  const { port } = server.address() as AddressInfo
  const part = (name: string, more = ''): string =>
    `--x\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`
  const body = new Blob([part('filename'), 'a\r\n', part('file', '; filename="a"'), file, '\r\n--x--\r\n'])
  const headers = {
    'Content-Type': 'multipart/form-data; boundary=x',
    'Content-Range': `bytes 0-${file.length - 1}/${file.length}`,
  }
  const init = { method: 'PUT', headers, body: await body.arrayBuffer() }
  const response = await fetch(`http://127.0.0.1:${port}/api/uploads/`, init)
  expect(response.status).toBe(200)
  const { url } = (await response.json()) as { url: string }
  const finish = await fetch(url, { method: 'POST', body: new URLSearchParams({ md5: md5(file) }) })
  expect(finish.status).toBe(200)
  return { large: pieces.filter(({ size }) => size >= MiB / 64) }
}

const random = (size: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(size)
  for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536))
  return bytes
}

test('what was written is freed at once', async () => {
  const { large } = await upload(random(16 * MiB))
  const freed = large.filter(({ bytes }) => bytes.length === 0)
  expect(large.length).toBeGreaterThan(100)
  // But for the few that begin or end with something else than the file.
  expect(freed.length).toBeGreaterThan(large.length * 0.8)
})

test('what the parser keeps of a piece is not: the file is what was sent, wherever it is torn', async () => {
  // So that some pieces end in what could be the beginning of a boundary, and others do not.
  const letters = new TextEncoder().encode('\r\n-abcde')
  const file = random(8 * MiB).map((byte) => letters[byte % letters.length] ?? 0)
  await upload(file)
})

test('a host that reads a copy of the request has all of it', async () => {
  let copied: Promise<ArrayBuffer> | undefined
  const file = random(4 * MiB)
  const { large } = await upload(file, {
    options: {
      authenticate(request) {
        if (request.method === 'PUT') copied = request.clone().arrayBuffer()
        return 'alice'
      },
    },
  })
  const copy = Buffer.from((await copied) ?? new ArrayBuffer())
  expect(copy.indexOf(file)).toBeGreaterThan(0)
  expect(large.filter(({ bytes }) => bytes.length === 0)).toEqual([])
})

test('a host that listens to the request has all of it', async () => {
  const kept: Buffer[] = []
  const file = random(4 * MiB)
  await upload(file, {
    listen: (incoming) =>
      void incoming.on('data', (bytes: Buffer) => void (incoming.method === 'PUT' && kept.push(bytes))),
  })
  expect(Buffer.concat(kept).indexOf(file)).toBeGreaterThan(0)
})
