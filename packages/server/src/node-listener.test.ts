import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { tokenAuth } from './auth/token.ts'
import { fileOf, md5 } from './dialects/fixtures/drf-client.ts'
import { createUploadHandler, type UploadHandler } from './handler.ts'
import { nodeListener, type NodeListenerOptions } from './node-listener.ts'
import type { UploadHandlerOptions } from './options.ts'
import type { SessionRecord } from './record.ts'
import { memoryStore } from './stores/memory.ts'

interface Served {
  readonly handler: UploadHandler
  readonly server: Server
  readonly port: number
  readonly url: string
}

async function serve(
  options: Partial<UploadHandlerOptions> = {},
  listenerOptions: NodeListenerOptions = {},
): Promise<Served> {
  const handler = createUploadHandler({ store: memoryStore(), ...options })
  return listen(handler, createServer(nodeListener(handler, listenerOptions)))
}

async function listen(handler: UploadHandler, server: Server): Promise<Served> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  // The address of a listening TCP server is one.
  const { port } = server.address() as AddressInfo
  return { handler, server, port, url: `http://127.0.0.1:${port}/api/uploads/` }
}

/** A raw connection: what is written arrives byte for byte. */
async function raw(
  port: number,
): Promise<{ socket: Socket; text: () => string; until: (part: string) => Promise<void>; ended: Promise<void> }> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  let received = ''
  socket.setEncoding('latin1')
  socket.on('data', (text: string) => {
    received += text
  })
  socket.on('error', () => {})
  const ended = new Promise<void>((resolve) => {
    socket.once('close', () => resolve())
  })
  await new Promise<void>((resolve) => {
    socket.once('connect', resolve)
  })
  return {
    socket,
    text: () => received,
    until: (part) =>
      vi.waitUntil(() => received.includes(part), { timeout: 10_000, interval: 5 }).then(() => undefined),
    ended,
  }
}

const head = (method: string, target: string, headers: Record<string, string>): string =>
  `${method} ${target} HTTP/1.1\r\n${Object.entries({ Host: 'localhost', ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`

const partHead = (fields: Record<string, string>): string =>
  `${Object.entries(fields)
    .map(([name, value]) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
    .join('')}--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n`

async function put(url: string, range: string, file: Uint8Array<ArrayBuffer>, fields: Record<string, string> = {}) {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  form.set('file', new Blob([file]), 'a.bin')
  const response = await fetch(url, { method: 'PUT', body: form, headers: { 'Content-Range': range } })
  const body: unknown = await response.json()
  return { status: response.status, body: body as Record<string, unknown> }
}

const file = fileOf(1000)

test('an upload through a real socket, kept alive', async () => {
  const { url } = await serve()
  const first = await put(url, 'bytes 0-399/1000', file.subarray(0, 400), { filename: 'é🎉.bin' })
  expect(first).toMatchObject({ status: 200, body: { filename: 'é🎉.bin', offset: 400 } })
  const address = String(first.body['url'])
  expect(address.startsWith(url)).toBe(true)
  expect(await put(address, 'bytes 400-999/1000', file.subarray(400))).toMatchObject({ status: 200 })
  const finish = await fetch(address, { method: 'POST', body: new URLSearchParams({ md5: md5(file) }) })
  expect(finish.status).toBe(200)
  expect(finish.headers.get('connection')).toBe('keep-alive')
  expect((await fetch(address, { method: 'HEAD' })).status).toBe(200)
})

test('F01 a cut connection keeps what has arrived', async () => {
  const { handler, url, port } = await serve()
  const { body } = await put(url, 'bytes 0-399/1000', file.subarray(0, 400), { filename: 'a' })
  const { socket } = await raw(port)
  const path = new URL(String(body['url'])).pathname
  const headers = {
    'Content-Range': 'bytes 400-999/1000',
    'Content-Type': 'multipart/form-data; boundary=x',
    'Content-Length': '100000',
  }
  socket.write(head('PUT', path, headers) + partHead({}))
  socket.write(file.subarray(400, 700))
  socket.end(() => socket.destroy())
  const sessions = () => handler.sessions.list({ owner: undefined })
  await vi.waitFor(async () => expect(await sessions()).toMatchObject([{ offset: 700 }]), { timeout: 10_000 })
})

test('F02 a chunk whose client has gone after the last byte is stored', async () => {
  const { handler, port } = await serve()
  const { socket } = await raw(port)
  const body = `${partHead({ filename: 'a' })}${'z'.repeat(50)}\r\n--x--\r\n`
  const headers = {
    'Content-Range': 'bytes 0-49/100',
    'Content-Type': 'multipart/form-data; boundary=x',
    'Content-Length': String(body.length),
  }
  socket.write(head('PUT', '/api/uploads/', headers) + body, () => socket.destroy())
  await vi.waitFor(
    async () => expect(await handler.sessions.list({ owner: undefined })).toMatchObject([{ offset: 50 }]),
    { timeout: 10_000 },
  )
})

test('F05 S20 a body that falls silent counts as cut, and the connection ends', async () => {
  const { handler, url, port } = await serve({}, { idleMs: 100 })
  const { body } = await put(url, 'bytes 0-399/1000', file.subarray(0, 400), { filename: 'a' })
  const { socket, ended, text } = await raw(port)
  const headers = {
    'Content-Range': 'bytes 400-999/1000',
    'Content-Type': 'multipart/form-data; boundary=x',
    'Content-Length': '100000',
  }
  socket.write(head('PUT', new URL(String(body['url'])).pathname, headers) + partHead({}))
  socket.write(file.subarray(400, 500))
  await ended
  expect(text()).toContain('HTTP/1.1 400')
  expect(await handler.sessions.list({ owner: undefined })).toMatchObject([{ offset: 500 }])
})

test('S20 a body that trickles counts as cut, and what has arrived is kept', async () => {
  const minRate = { bytesPerSecond: 10_000, graceMs: 100, windowMs: 100 }
  const { handler, url, port } = await serve({}, { minRate })
  const { body } = await put(url, 'bytes 0-399/1000', file.subarray(0, 400), { filename: 'a' })
  const { socket, ended, text } = await raw(port)
  const headers = {
    'Content-Range': 'bytes 400-999/1000',
    'Content-Type': 'multipart/form-data; boundary=x',
    'Content-Length': '100000',
  }
  socket.write(head('PUT', new URL(String(body['url'])).pathname, headers) + partHead({}))
  let at = 400
  const trickle = setInterval(() => void socket.write(file.subarray(at, (at += 1))), 10)
  onTestFinished(() => clearInterval(trickle))
  await ended
  expect(text()).toContain('HTTP/1.1 400')
  const [session] = await handler.sessions.list({ owner: undefined })
  expect(session?.offset).toBeGreaterThan(400)
})

test('S27 a download whose client has left is read no further', async () => {
  const memory = memoryStore()
  const pieces = 1000
  let read = 0
  const store = {
    ...memory,
    file: async (record: SessionRecord) =>
      (await memory.file(record)) && {
        stream: () =>
          new ReadableStream<Uint8Array>({
            pull(controller) {
              read += 1
              if (read < pieces) controller.enqueue(new Uint8Array(1024 ** 2))
              else controller.close()
            },
          }),
      },
  }
  const { url, port } = await serve({ store, downloads: true, checksum: false })
  const { body } = await put(url, 'bytes 0-999/1000', file, { filename: 'a' })
  await fetch(String(body['url']), { method: 'POST', body: new URLSearchParams() })
  const { socket } = await raw(port)
  socket.pause()
  socket.write(head('GET', `${new URL(String(body['url'])).pathname}file/`, {}))
  await vi.waitUntil(() => read > 0, { timeout: 10_000, interval: 5 })
  socket.destroy()
  // Long enough for all of it: memory is fast.
  let before = -1
  await vi.waitFor(
    () => {
      const was = before
      before = read
      expect(read).toBe(was)
    },
    { timeout: 10_000, interval: 200 },
  )
  expect(read).toBeLessThan(pieces)
})

test.each([
  [{ idleMs: 0 }, 'Option idleMs: expected milliseconds above 0, got 0'],
  [{ minRate: { graceMs: -1 } }, 'Option minRate.graceMs: expected a number above 0, got -1'],
])('%j is refused by name', (options, message) => {
  expect(() => nodeListener(createUploadHandler({ store: memoryStore() }), options)).toThrow(message)
})

test('F04 S16 asking while a writer is silent tells an offset that stays true', async () => {
  const onError = vi.fn()
  const { url, port } = await serve({ onError })
  const { body } = await put(url, 'bytes 0-399/1000', file.subarray(0, 400), { filename: 'a' })
  const address = String(body['url'])
  const { socket, until } = await raw(port)
  const headers = {
    'Content-Range': 'bytes 400-999/1000',
    'Content-Type': 'multipart/form-data; boundary=x',
    'Content-Length': '100000',
  }
  socket.write(head('PUT', new URL(address).pathname, headers) + partHead({}))
  socket.write(file.subarray(400, 500))
  const left = new AbortController()
  const gone = fetch(address, { signal: left.signal }).catch(() => 'left')
  const asked = fetch(address)
  left.abort()
  expect(await gone).toBe('left')
  expect(await (await asked).json()).toMatchObject({ offset: 500 })
  await until('HTTP/1.1 423')
  expect(onError).not.toHaveBeenCalled()
}, 30_000)

test('S10 a chunked body is fine, and one without an end counts as cut', async () => {
  const { handler, port } = await serve()
  const headers = {
    'Content-Range': 'bytes 0-49/100',
    'Content-Type': 'multipart/form-data; boundary=x',
    'Transfer-Encoding': 'chunked',
  }
  const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`
  const whole = await raw(port)
  whole.socket.write(head('PUT', '/api/uploads/', headers))
  whole.socket.write(chunk(partHead({ filename: 'a' })) + chunk('z'.repeat(50)) + chunk('\r\n--x--\r\n') + chunk(''))
  await whole.until('"offset":50')
  const endless = await raw(port)
  endless.socket.write(
    head('PUT', '/api/uploads/', headers) + chunk(partHead({ filename: 'b' })) + chunk('z'.repeat(20)),
  )
  endless.socket.end()
  await endless.ended
  expect(await handler.sessions.list({ owner: undefined })).toHaveLength(1)
})

describe('F16 an early answer', () => {
  test('reaches a client that is still sending, and the connection ends', async () => {
    const { port } = await serve({ authenticate: tokenAuth({}) })
    const size = 8_000_000
    const { socket, until, ended, text } = await raw(port)
    socket.write(
      head('PUT', '/api/uploads/', {
        Authorization: 'Token wrong',
        'Content-Range': `bytes 0-${size - 1}/${size}`,
        'Content-Type': 'multipart/form-data; boundary=x',
        'Content-Length': String(size),
      }),
    )
    const sent = new Promise((resolve) => socket.write(Buffer.alloc(size), resolve))
    await until('Invalid token.')
    // The server takes all of it, so that a browser never meets a reset.
    expect(await sent).toBeFalsy()
    expect(text()).toContain('HTTP/1.1 401')
    expect(text().toLowerCase()).toContain('connection: close')
    await ended
  })

  test('of a fetch with a large body is seen as what it is', async () => {
    const { url } = await serve({ authenticate: tokenAuth({}) })
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => put(url, 'bytes 0-7999999/8000000', new Uint8Array(8_000_000))),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 401))
  })

  test('to a chunk at a wrong offset, as a browser repeats it by itself (F03), lets little of it pass', async () => {
    const { port, url, server } = await serve()
    let taken = 0
    server.on('connection', (connection) => connection.on('close', () => (taken = connection.bytesRead)))
    const size = 64_000_000
    const tus = { 'Tus-Resumable': '1.0.0' }
    const created = await fetch(url, { method: 'POST', headers: { ...tus, 'Upload-Length': String(size) } })
    const { pathname } = new URL(created.headers.get('Location') ?? '', url)
    const { socket, until, ended } = await raw(port)
    const chunk = { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': '1' }
    socket.write(head('PATCH', pathname, { ...tus, ...chunk, 'Content-Length': String(size - 1) }))
    await until('HTTP/1.1 409')
    socket.write(Buffer.alloc(size - 1))
    await ended
    await expect.poll(() => taken).toBeGreaterThan(1024 ** 2)
    // Beside what was in its hands already.
    expect(taken).toBeLessThan(3_000_000)
  })

  test('does not read on without bounds', async () => {
    const { port, server } = await serve({ authenticate: tokenAuth({}) })
    const { socket, until, ended } = await raw(port)
    socket.write(head('PUT', '/api/uploads/', { Authorization: 'Token wrong', 'Content-Length': String(2 ** 40) }))
    await until('Invalid token.')
    const pump = (): void => {
      while (!socket.destroyed && socket.write(Buffer.alloc(1_000_000))) continue
    }
    socket.on('drain', pump)
    pump()
    await ended
    await vi.waitFor(
      async () => {
        const count = await new Promise<number>((resolve) => server.getConnections((_error, found) => resolve(found)))
        expect(count).toBe(0)
      },
      { timeout: 10_000 },
    )
  })
})

describe('S22 S37 broken requests', () => {
  test.each([
    ['no host', 'GET /api/uploads/ HTTP/1.1\r\n\r\n'],
    ['a host that is none', head('GET', '/api/uploads/', { Host: 'evil.example/path?' })],
    ['a host with a user', head('GET', '/api/uploads/', { Host: 'user@evil.example' })],
    [
      'both lengths',
      `${head('PUT', '/api/uploads/', { 'Content-Length': '5', 'Transfer-Encoding': 'chunked' })}0\r\n\r\n`,
    ],
    ['two lengths', 'PUT /api/uploads/ HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n'],
    ['noise', '\0\x01\x02 nonsense\r\n\r\n'],
  ])('%s: 400, and the next one is served', async (_name, text) => {
    const { port, url } = await serve()
    const { socket, until } = await raw(port)
    socket.write(text, 'latin1')
    await until('HTTP/1.1 400')
    expect((await fetch(url)).status).toBe(200)
  })

  test('S37 a method is not overridden', async () => {
    const { url } = await serve()
    const response = await fetch(`${url}?_method=DELETE`, {
      method: 'POST',
      headers: { 'X-HTTP-Method-Override': 'DELETE' },
    })
    expect(await response.json()).toEqual({ detail: 'No chunk file was submitted' })
  })
})

describe('S01 paths over the wire', () => {
  test.each([
    '/api/uploads/..%2f..%2f..%2fetc/passwd',
    '/api/uploads/%2e%2e/%2e%2e/etc/passwd',
    '/api/uploads/..\\..\\x/',
    '//api/uploads/',
    '//',
    '///',
    '*',
    '/?',
    'http://evil.example/etc/passwd',
    '/api/uploads/%00/',
    '/api/uploads/%',
  ])("%s is nobody's", async (target) => {
    const { port } = await serve()
    const { socket, until } = await raw(port)
    socket.write(head('GET', target, {}))
    await until('HTTP/1.1 404')
  })

  test('a whole address of a proxy is read by its path', async () => {
    const { port } = await serve()
    const { socket, until, text } = await raw(port)
    socket.write(head('GET', 'http://other.example/api/uploads/', { Host: 'localhost' }))
    await until('HTTP/1.1 200')
    expect(text()).toContain('[]')
  })
})

test('S31 the host of the request is the one in the answer, not a forwarded one', async () => {
  const { port } = await serve()
  const { socket, until, text } = await raw(port)
  const body = `${partHead({ filename: 'a' })}${'z'.repeat(50)}\r\n--x--\r\n`
  socket.write(
    head('PUT', '/api/uploads/', {
      Host: 'files.example:8443',
      'X-Forwarded-Host': 'evil.example',
      'Content-Range': 'bytes 0-49/100',
      'Content-Type': 'multipart/form-data; boundary=x',
      'Content-Length': String(body.length),
    }) + body,
  )
  await until('"offset":50')
  expect(text()).toContain('"url":"http://files.example:8443/api/uploads/')
  expect(text()).not.toContain('evil.example')
})

describe('as middleware', () => {
  /** Express, as far as a middleware sees it. */
  const app = (handler: UploadHandler, prepare: (request: IncomingMessage) => Promise<void> = async () => {}) =>
    createServer((request, response) => {
      void prepare(request).then(() =>
        nodeListener(handler)(request, response, () => response.writeHead(418).end('somebody else')),
      )
    })

  test('what is not its own is passed on', async () => {
    const handler = createUploadHandler({ store: memoryStore() })
    const { port } = await listen(handler, app(handler))
    const status = async (path: string) =>
      (await fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual' })).status
    expect(await status('/')).toBe(418)
    expect(await status('/api/uploadsX/')).toBe(418)
    expect(await status('/api/uploads')).toBe(301)
    expect(await status('/api/uploads/')).toBe(200)
  })

  test('under a mount point the whole address counts', async () => {
    const handler = createUploadHandler({ store: memoryStore() })
    const mounted = app(handler, async (request) => {
      Object.assign(request, { originalUrl: request.url, url: request.url?.replace('/api', '') })
    })
    const { port } = await listen(handler, mounted)
    expect((await fetch(`http://127.0.0.1:${port}/api/uploads/`)).status).toBe(200)
  })

  test('a form that a body parser has read already is not lost', async () => {
    const handler = createUploadHandler({ store: memoryStore() })
    const parsing = app(handler, async (request) => {
      if (request.headers['content-type'] !== 'application/x-www-form-urlencoded') return
      let text = ''
      for await (const piece of request.setEncoding('utf8')) text += String(piece)
      Object.assign(request, { body: Object.fromEntries(new URLSearchParams(text)) })
    })
    const { url } = await listen(handler, parsing)
    const { body } = await put(url, 'bytes 0-999/1000', file, { filename: 'a' })
    const finish = await new Promise<IncomingMessage>((resolve) => {
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
      httpRequest(String(body['url']), { method: 'POST', headers }, resolve).end(`md5=${md5(file)}`)
    })
    expect(finish.statusCode).toBe(200)
  })
})

test('S21 a thousand cut requests leave no hold, no bytes and no connection behind', async () => {
  const store = memoryStore({ limit: 1000 })
  const { url, port, server } = await serve({ store })
  const body = `${partHead({ filename: 'a' })}${'z'.repeat(500)}\r\n--x--\r\n`
  const headers = {
    'Content-Range': 'bytes 0-499/500',
    'Content-Type': 'multipart/form-data; boundary=x',
    'Content-Length': String(body.length),
  }
  const whole = head('PUT', '/api/uploads/', headers) + body
  for (let round = 0; round < 20; round += 1)
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const { socket, ended } = await raw(port)
        // Somewhere in the head or the body, never at the end.
        socket.write(whole.slice(0, ((round * 50 + index) * 7919) % (whole.length - 1)), () => socket.destroy())
        await ended
      }),
    )
  await vi.waitFor(
    async () => {
      const count = await new Promise<number>((resolve) => server.getConnections((_error, found) => resolve(found)))
      expect(count).toBe(0)
    },
    { timeout: 10_000 },
  )
  // All the room is there again.
  await vi.waitFor(
    async () => expect(await put(url, 'bytes 0-999/1000', file, { filename: 'a' })).toMatchObject({ status: 200 }),
    {
      timeout: 10_000,
    },
  )
}, 60_000)
