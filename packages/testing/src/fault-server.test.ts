import { tokenAuth } from '@chunkwise/server'
import { describe, expect, test } from 'vitest'
import { createFakeClock } from './clock.ts'
import { createFaultServer, type FaultServer, type FaultServerOptions } from './fault-server.ts'
import type { Script } from './script.ts'

const endpoint = 'http://localhost/api/uploads/'
const text = (size: number): string => 'abcdefghij'.repeat(size / 10)

function put(url: string, start: number, body: string, total: number, signal?: AbortSignal): Request {
  const form = new FormData()
  form.append('filename', 'ten.txt')
  form.append('file', new Blob([body]), 'ten.txt')
  const headers = { 'Content-Range': `bytes ${start}-${start + body.length - 1}/${total}`, Accept: 'application/json' }
  return new Request(url, { method: 'PUT', headers, body: form, ...(signal ? { signal } : {}) })
}
const get = (url: string): Request => new Request(url, { headers: { Accept: 'application/json' } })

/** A server with one upload of 10 bytes out of 30, and what becomes of what follows. */
async function begun(
  script: Script = [],
  options: FaultServerOptions = {},
): Promise<{ server: FaultServer; url: string }> {
  const server = createFaultServer(options)
  const response = await server.fetch(put(endpoint, 0, text(10), 30))
  const { url } = (await response.json()) as { url: string }
  server.play(script)
  return { server, url }
}
const offset = async (server: FaultServer): Promise<number | undefined> => (await server.sessions())[0]?.offset
const next = (url: string): Request => put(url, 10, text(10), 30)

test('without a script it is the upload server, and its bytes can be read', async () => {
  const { server, url } = await begun()
  expect((await server.fetch(next(url))).status).toBe(200)
  expect(new TextDecoder().decode(await server.bytes(url))).toBe(text(20))
  expect(server.story()).toEqual(['create 0-9/30', 'append 10-19/30'])
  expect(await server.sessions()).toMatchObject([{ filename: 'ten.txt', offset: 20, size: 30, status: 'uploading' }])
  await expect(server.bytes('nobody')).rejects.toThrow(
    /^Cannot find the upload "nobody": the server knows [0-9a-f-]{36}$/,
  )
})

test('an endpoint that is no address is refused by name', () => {
  expect(() => createFaultServer({ endpoint: '/api/uploads/' })).toThrow(
    'expected "endpoint" to be an absolute address, got "/api/uploads/"',
  )
})

describe('what becomes of an append', () => {
  const failed = 'TypeError: Failed to fetch'
  test.each<[string, Script, outcome: number | string, offset: number, served: number[]]>([
    ['arrives', ['ok'], 200, 20, [200]],
    ['is dropped', ['drop'], failed, 10, []],
    ['is cut before the bytes of the file', [{ fault: 'cut', after: 20 }], failed, 10, [400]],
    ['is cut behind its end', [{ fault: 'cut', after: 10_000 }], failed, 20, [200]],
    ['loses its answer', ['lost'], failed, 20, [200]],
    ['is sent twice by the browser', ['duplicate'], 400, 20, [200, 400]],
    ['is late', ['late'], failed, 10, []],
    ['is refused on its way', [503], 503, 10, []],
    ['is answered by a portal', ['html'], 200, 10, []],
    ['is of a session that is gone', ['gone'], 404, -1, [404]],
  ])('that %s', async (_, script, outcome, left, served) => {
    const { server, url } = await begun(script)
    const answer = await server.fetch(next(url)).then(
      ({ status }) => status,
      (error: unknown) => String(error),
    )
    expect(answer).toBe(outcome)
    expect((await offset(server)) ?? -1).toBe(left)
    expect(server.log.at(-1)).toMatchObject({
      kind: 'append',
      served,
      answered: typeof outcome === 'number' ? outcome : undefined,
    })
    expect(server.left).toBe(0)
  })

  test('a cut keeps what has arrived of the file, as the server does', async () => {
    const { server, url } = await begun()
    const start = (await next(url).text()).indexOf(text(10))
    server.play([{ fault: 'cut', after: start + 4 }])
    await expect(server.fetch(next(url))).rejects.toThrow('Failed to fetch')
    expect(await offset(server)).toBe(14)
  })

  test('what is late is applied just before the request it was meant for, or when it is released', async () => {
    const { server, url } = await begun([{ fault: 'late', before: 2 }])
    await expect(server.fetch(next(url))).rejects.toThrow('Failed to fetch')
    const asked = async (): Promise<unknown> => (await server.fetch(get(url))).json()
    expect(await asked()).toMatchObject({ offset: 10 })
    expect(await asked()).toMatchObject({ offset: 20 })
    expect(server.log[1]).toMatchObject({ served: [200], answered: undefined })

    server.play(['late'])
    await expect(server.fetch(put(url, 20, text(10), 30))).rejects.toThrow('Failed to fetch')
    await server.release()
    expect(await offset(server)).toBe(30)
  })

  test('one bit is turned over on the way', async () => {
    const { server, url } = await begun()
    const start = (await next(url).text()).indexOf(text(10))
    server.play([{ fault: 'corrupt', byte: start + 3 }])
    expect((await server.fetch(next(url))).status).toBe(200)
    expect(new TextDecoder().decode(await server.bytes(url))).toBe('abcdefghijabceefghij')
  })

  test('… of the last byte, where there are not as many', async () => {
    const { server, url } = await begun([{ fault: 'corrupt', byte: 10_000 }])
    // The last byte of a form is behind its end.
    expect((await server.fetch(next(url))).status).toBe(200)
    expect(new TextDecoder().decode(await server.bytes(url))).toBe(text(20))
  })

  test('an answer in the server’s place says what the script says', async () => {
    const { server, url } = await begun([
      { fault: 'status', status: 429, headers: { 'Retry-After': '7' }, body: { detail: 'Slow down.' } },
      { fault: 'status', status: 502, body: '<h1>Bad gateway</h1>' },
      204,
    ])
    const json = await server.fetch(next(url))
    expect([json.status, json.headers.get('Retry-After'), await json.json()]).toEqual([
      429,
      '7',
      { detail: 'Slow down.' },
    ])
    const page = await server.fetch(next(url))
    expect([page.headers.get('Content-Type'), await page.text()]).toEqual(['text/html', '<h1>Bad gateway</h1>'])
    expect(await (await server.fetch(next(url))).text()).toBe('')
    expect(server.story().slice(1)).toEqual(['append 10-19/30 429', 'append 10-19/30 502', 'append 10-19/30'])
  })
})

describe('time', () => {
  test('a request is delayed on its way, or its answer is', async () => {
    const clock = createFakeClock()
    const { server, url } = await begun(
      [
        { fault: 'delay', ms: 5000 },
        { fault: 'delay', ms: 5000, what: 'answer' },
      ],
      { clock },
    )
    const first = server.fetch(next(url))
    await clock.advance(4999)
    expect(await offset(server)).toBe(10)
    await clock.advance(1)
    expect((await first).status).toBe(200)
    const second = server.fetch(put(url, 20, text(10), 30))
    await clock.advance(1)
    expect(await offset(server)).toBe(30)
    expect(server.log.at(-1)).toMatchObject({ answered: undefined })
    await clock.advance(5000)
    expect((await second).status).toBe(200)
    expect(clock.sleepers()).toBe(0)
  })

  test('who gives up before a request arrives has sent nothing', async () => {
    const clock = createFakeClock()
    const { server, url } = await begun([{ fault: 'delay', ms: 5000 }], { clock })
    const stop = new AbortController()
    const sending = server.fetch(put(url, 10, text(10), 30, stop.signal))
    const outcome = expect(sending).rejects.toMatchObject({ name: 'AbortError' })
    await clock.advance(1000)
    stop.abort()
    await outcome
    expect(clock.sleepers()).toBe(0)
    expect(await offset(server)).toBe(10)
  })

  test('an upload expires by hand, and is unknown once it was swept away', async () => {
    const { server, url } = await begun()
    await server.expire(url)
    expect((await server.fetch(next(url))).status).toBe(410)
    expect((await server.fetch(get(url))).status).toBe(200)
    await server.sweep()
    expect((await server.fetch(get(url))).status).toBe(404)
  })
})

test('a server that has stopped answers nobody; started again it has what it had', async () => {
  const clock = createFakeClock()
  const { server, url } = await begun([{ fault: 'delay', ms: 1000, what: 'answer' }, 'html'], { clock })
  const cut = expect(server.fetch(next(url))).rejects.toThrow('Failed to fetch')
  await clock.advance(1)
  server.stop()
  await cut
  await expect(server.fetch(get(url))).rejects.toThrow('Failed to fetch')
  expect(server.left).toBe(1)
  server.start()
  server.play([])
  expect(await (await server.fetch(get(url))).json()).toMatchObject({ offset: 20 })
})

test('a server that is killed in mid-chunk is back after its time, with what it had', async () => {
  const clock = createFakeClock()
  const { server, url } = await begun([{ fault: 'kill', after: 20, ms: 500 }, 'html'], { clock })
  await expect(server.fetch(next(url))).rejects.toThrow('Failed to fetch')
  await clock.advance(499)
  await expect(server.fetch(get(url))).rejects.toThrow('Failed to fetch')
  expect(server.left).toBe(1)
  await clock.advance(1)
  server.play([])
  expect(await (await server.fetch(get(url))).json()).toMatchObject({ offset: 10 })
  expect(server.story()).toEqual(['create 0-9/30', 'append 10-19/30 kill', 'offset drop', 'offset'])
})

test('a killed server that was started meanwhile is not started again', async () => {
  const clock = createFakeClock()
  const { server, url } = await begun([{ fault: 'kill', after: 20, ms: 500 }], { clock })
  await expect(server.fetch(next(url))).rejects.toThrow('Failed to fetch')
  server.start()
  server.stop()
  await clock.advance(500)
  await expect(server.fetch(get(url))).rejects.toThrow('Failed to fetch')
})

test('the server’s own settings hold', async () => {
  const server = createFaultServer({ handler: { authenticate: tokenAuth({ secret: 'ada' }) } })
  expect((await server.fetch(get(endpoint))).status).toBe(401)
})

describe('as a transport', () => {
  class Failure extends Error {
    readonly code: string
    constructor(code: string, message: string, details: ErrorOptions) {
      super(message, details)
      this.code = code
    }
  }
  const body = (): FormData => {
    const form = new FormData()
    form.append('filename', 'ten.txt')
    form.append('file', new Blob([text(10)]), 'ten.txt')
    return form
  }
  const headers = { 'Content-Range': 'bytes 0-9/30', Accept: 'application/json' }

  test('it gives an answer read whole, and tells what went out', async () => {
    const server = createFaultServer()
    const sent: number[] = []
    const { signal } = new AbortController()
    const send = server.transport(Failure)
    const reply = await send(
      { method: 'PUT', url: endpoint, headers, body: body() },
      { signal, onSent: (bytes) => sent.push(bytes) },
    )
    expect(reply).toMatchObject({ status: 200, url: endpoint })
    expect(JSON.parse(reply.text)).toMatchObject({ offset: 10 })
    expect(reply.header('content-type')).toBe('application/json')
    expect(reply.header('x-none')).toBeUndefined()
    expect(sent).toEqual([server.log[0]?.size])
  })

  test('a slow request gets on second by second, and arrives at its end', async () => {
    const clock = createFakeClock()
    const server = createFaultServer({ clock, script: [{ fault: 'slow', bytesPerSecond: 100 }] })
    const sent: number[] = []
    const { signal } = new AbortController()
    const send = server.transport(Failure)
    const sending = send(
      { method: 'PUT', url: endpoint, headers, body: body() },
      { signal, onSent: (bytes) => sent.push(bytes) },
    )
    await clock.advance(2000)
    expect(sent).toEqual([100, 200])
    expect(await offset(server)).toBeUndefined()
    const begun = clock.now()
    expect(await clock.run(sending)).toMatchObject({ status: 200 })
    const size = server.log[0]?.size ?? 0
    expect(sent.at(-1)).toBe(size)
    expect(clock.now() - begun).toBeCloseTo(size * 10 - 2000)
  })

  test.each([
    ['drop', 'network', 'Cannot reach localhost: no answer to PUT'],
    [
      { fault: 'status', status: 302, headers: { Location: '/login' } },
      'blocked',
      `Cannot use PUT ${endpoint}: it answers with a redirect`,
    ],
  ] as const)('%j is the error %s', async (entry, code, message) => {
    const send = createFaultServer({ script: [entry] }).transport(Failure)
    const { signal } = new AbortController()
    await expect(
      send({ method: 'PUT', url: endpoint, headers, body: body() }, { signal, onSent: () => {} }),
    ).rejects.toMatchObject({
      ...{ code, message },
    })
  })

  test('an aborted request rejects with the reason', async () => {
    const send = createFaultServer().transport(Failure)
    const stop = new AbortController()
    const sending = send({ method: 'GET', url: endpoint, headers: {} }, { signal: stop.signal, onSent: () => {} })
    stop.abort('enough')
    await expect(sending).rejects.toBe('enough')
    await expect(
      send({ method: 'GET', url: endpoint, headers: {} }, { signal: stop.signal, onSent: () => {} }),
    ).rejects.toBe('enough')
  })
})
