import { describe, expect, test, vi } from 'vitest'
import { tokenAuth } from './auth/token.ts'
import { commandLog } from './command-log.ts'
import { base, chunkRequest, fileOf, finishRequest, handFed, md5 } from './dialects/fixtures/drf-client.ts'
import { wires } from './dialects/fixtures/wires.ts'
import type { RequestEvent, ServerEvent } from './events.ts'
import { createUploadHandler } from './handler.ts'
import { logLine } from './log-line.ts'
import { createMetrics } from './metrics.ts'
import type { UploadHandlerOptions } from './options.ts'
import type { SessionRecord } from './record.ts'
import { memoryStore } from './stores/memory.ts'

const file = fileOf(25)
const evil = '\u001b[31m<b>\r\n{"kind":"forged"}\u2028\u202e\u009b.bin'

function serve(options: Partial<UploadHandlerOptions> = {}) {
  const seen: ServerEvent[] = []
  const handler = createUploadHandler({ store: memoryStore(), observe: (event) => seen.push(event), ...options })
  const requests = (): RequestEvent[] => seen.filter((event) => event.kind === 'request')
  return { handler, seen, requests }
}

const create = (name: string, headers: Record<string, string> = {}): Request =>
  chunkRequest({ range: 'bytes 0-24/25', file, fields: { filename: name }, headers })

const urlOf = async (response: Response): Promise<string> => String(Reflect.get(Object(await response.json()), 'url'))

describe('S36 what is told of requests and sessions', () => {
  test.each(wires)('the whole life of an upload in $name', async (wire) => {
    const { handler, seen } = serve({ dialects: ['drf', 'tus', 'ietf'] })
    const first = await handler(wire.begin({ start: 0, body: file.slice(0, 10), size: 25, last: false }))
    const url = await wire.locate(first)
    await handler(wire.append(url, { start: 10, body: file.slice(10), size: 25, last: true }))
    if (wire.finish) await handler(wire.finish(url, file))
    await handler(wire.terminate(url))
    const told = seen.map((event) =>
      event.kind === 'session' ? `${event.event} ${event.offset}/${event.size}` : `${event.method} ${event.status}`,
    )
    expect(told.filter((line) => /^[a-z]/.test(line))).toEqual(['created 10/25', 'completed 25/25', 'ended 25/25'])
    expect(told.filter((line) => /^[A-Z]/.test(line))).toHaveLength(wire.finish ? 4 : 3)
    const id = /[0-9a-f-]{36}/.exec(url)?.[0] ?? ''
    for (const event of seen) {
      if (event.kind === 'request') expect(event.dialect).toBe(wire.name)
      expect(event.upload ?? id.slice(0, 8)).toBe(id.slice(0, 8))
    }
  })

  test('what was wrong, in one word, and who asked', async () => {
    const { handler, requests } = serve({ authenticate: tokenAuth({ secret: 'alice' }) })
    await handler(new Request(base))
    await handler(new Request(base, { headers: { Authorization: 'Token secret' } }))
    await handler(
      new Request(`${base}00000000-0000-4000-8000-000000000000/`, { headers: { Authorization: 'Token secret' } }),
    )
    expect(requests()).toMatchObject([
      { status: 401, code: 'unauthorized' },
      { status: 200, owner: 'alice' },
      { status: 404, code: 'not-found', upload: '00000000' },
    ])
  })

  test('S03 no id, no name, no address and no secret is in a line, unless that was asked for', async () => {
    const lines: string[] = []
    const { handler } = serve({
      authenticate: tokenAuth({ 'a-long-secret': 'alice' }),
      observe: (event) => lines.push(logLine(event, 0)),
    })
    const sign = { Authorization: 'Token a-long-secret' }
    const url = await urlOf(await handler(create('diagnosis.pdf', sign), { address: '192.0.2.7' }))
    await handler(new Request(`${url}?token=x`, { headers: sign }), { address: '192.0.2.7' })
    await handler(finishRequest(url, { md5: md5(file) }, sign), { address: '192.0.2.7' })
    const log = lines.join('\n')
    expect(lines).toHaveLength(5)
    expect(log).not.toContain(/[0-9a-f-]{36}/.exec(url)?.[0])
    expect(log).not.toMatch(/diagnosis|192\.0|long-secret|token=/)
    expect(log).toContain('"owner":"alice"')
  })

  test('S03 the details are there when they are asked for', async () => {
    const lines: string[] = []
    const { handler } = serve({ observe: (event) => lines.push(logLine(event, 0, { details: true })) })
    const url = await urlOf(await handler(create('a.pdf'), { address: '192.0.2.7' }))
    expect(lines.join('\n')).toContain(/[0-9a-f-]{36}/.exec(url)?.[0])
    expect(lines.join('\n')).toContain('"filename":"a.pdf"')
    expect(lines.join('\n')).toContain('"address":"192.0.2.7"')
  })

  test('nothing that a client sends makes a second line, or moves the cursor of a terminal', async () => {
    const lines: string[] = []
    const { handler } = serve({
      authenticate: () => evil,
      observe: (event) => lines.push(logLine(event, 0, { details: true })),
    })
    const fields = JSON.stringify({ filename: evil })
    await handler(chunkRequest({ range: 'bytes 0-24/25', file, fields: { filename: evil.replaceAll(/[\r\n]/g, '') } }))
    await handler(new Request(`${base}?${encodeURIComponent(fields)}`))
    expect(lines.length).toBeGreaterThan(1)
    for (const line of lines) {
      expect(line).toMatch(/^\{[ -~]*\}$/)
      expect(JSON.parse(line)).toMatchObject({ owner: evil })
    }
  })

  test('received bytes are those of the platform, or those that were announced', async () => {
    const { handler, requests } = serve()
    const answer = { method: 'PUT', headers: { 'Content-Length': '99' } }
    await handler(new Request(base, answer))
    await handler(new Request(base, answer), { received: () => 42 })
    expect(requests().map(({ received }) => received)).toEqual([99, 42])
  })

  test('an observer that throws is no fault of the request', async () => {
    const onError = vi.fn()
    const fault = new Error('full')
    const { handler } = serve({
      onError,
      observe() {
        throw fault
      },
    })
    expect((await handler(new Request(base))).status).toBe(200)
    expect(onError).toHaveBeenCalledWith(fault)
  })
})

describe('S35 the id of a request', () => {
  test("is in each answer and in what is told of it, and never the client's", async () => {
    const { handler, requests } = serve()
    const headers = { 'X-Request-Id': 'forged' }
    for (const request of [new Request(base, { headers }), new Request(`${base}x/`, { headers })]) {
      const response = await handler(request)
      expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
      expect(requests().at(-1)?.requestId).toBe(response.headers.get('x-request-id'))
    }
  })

  test('leads from a fault to what the host was told of it, and to nothing else', async () => {
    const lines: string[] = []
    const { observe, onError } = commandLog(
      (line) => lines.push(line),
      'info',
      () => 0,
    )
    const id = '1b4e28ba-2fa1-41d2-883f-0016d3cca427'
    const store = {
      ...memoryStore(),
      readKey: () => Promise.reject(new Error(`EIO: /srv/uploads/${id}.part`)),
    }
    const handler = createUploadHandler({ store, observe, onError })
    const request = chunkRequest({ range: 'bytes 0-24/25', file, fields: { filename: 'a', upload_key: 'k' } })
    const response = await handler(request)
    const requestId = response.headers.get('x-request-id')
    expect(await response.text()).toBe(JSON.stringify({ detail: 'Internal server error.', request: requestId }))
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      { kind: 'server', event: 'error', requestId, message: 'EIO: /srv/uploads/1b4e28ba….part' },
      { kind: 'request', requestId, status: 500, code: 'internal' },
    ])
    expect(lines.join('\n')).not.toContain(id)
  })
})

describe('S13 health', () => {
  test('follows what the store depends on', async () => {
    let away = false
    const check = async (): Promise<void> => {
      if (away) throw new Error('connect ECONNREFUSED')
    }
    const handler = createUploadHandler({ store: { ...memoryStore(), check } })
    expect(await handler.health()).toEqual({ ready: true, ailments: [] })
    away = true
    expect(await handler.health()).toEqual({ ready: false, ailments: ['store'] })
    away = false
    expect(await handler.health()).toEqual({ ready: true, ailments: [] })
  })

  test('is good, and bad while it is being stopped (F07)', async () => {
    const { handler } = serve()
    expect(await handler.health()).toEqual({ ready: true, ailments: [] })
    handler.drain()
    expect(await handler.health()).toEqual({ ready: false, ailments: ['stopping'] })
  })

  test('is bad when the storage fails a second time for one upload, and stays so', async () => {
    const memory = memoryStore()
    let syncs: 'work' | 'fail' = 'work'
    let failures = 0
    // As the disk store does it: after the second failure the session is given up.
    const store = {
      ...memory,
      async writer(record: SessionRecord) {
        const writer = await memory.writer(record)
        return {
          ...writer,
          get end() {
            return writer.end
          },
          async commit(next: SessionRecord) {
            if (syncs === 'work') return writer.commit(next)
            failures += 1
            if (failures > 1) await memory.commit({ ...record, status: 'failed', revision: record.revision + 1 })
            throw new Error('EIO: i/o error, fdatasync')
          },
        }
      },
    }
    const onError = vi.fn()
    const { handler, seen } = serve({ store, onError })
    const first = chunkRequest({ range: 'bytes 0-9/25', file: file.slice(0, 10), fields: { filename: 'a' } })
    const url = await urlOf(await handler(first))
    const chunk = (): Request => chunkRequest({ url, range: 'bytes 10-24/25', file: file.slice(10) })
    syncs = 'fail'
    expect((await handler(chunk())).status).toBe(500)
    expect(await handler.health()).toMatchObject({ ready: true })
    expect((await handler(chunk())).status).toBe(500)
    expect(await handler.health()).toEqual({ ready: false, ailments: ['store'] })
    expect(seen).toContainEqual(expect.objectContaining({ kind: 'session', event: 'failed', offset: 10 }))
    expect(await handler.usage()).toMatchObject({ reserved: 0, sessions: { failed: 1 } })
    syncs = 'work'
    await handler(create('b'))
    expect(await handler.health()).toMatchObject({ ready: false })
  })

  test('is bad while the store cannot be opened, and while less is free than must be', async () => {
    let free = 99
    let mounted = false
    const store = {
      ...memoryStore(),
      async open() {
        if (!mounted) throw new Error('not mounted')
      },
      space: async () => ({ free, size: 10_000 }),
    }
    const { handler } = serve({ store, limits: { minFree: 0.01 } })
    expect(await handler.health()).toEqual({ ready: false, ailments: ['store'] })
    mounted = true
    expect(await handler.health()).toEqual({ ready: false, ailments: ['space'] })
    free = 100
    expect(await handler.health()).toEqual({ ready: true, ailments: [] })
  })
})

describe('metrics', () => {
  test('count what happens, in the text format of Prometheus', async () => {
    const metrics = createMetrics()
    const { handler } = serve({ observe: metrics.observe, limits: { minFree: 1 }, store: memoryStore({ limit: 1000 }) })
    const url = await urlOf(await handler(create('secret-name.bin'), { received: () => 300 }))
    await handler(finishRequest(url, { md5: 'wrong' }))
    await handler(finishRequest(url, { md5: md5(file) }))
    await handler(chunkRequest({ range: 'bytes 0-9/25', file: file.slice(0, 10), fields: { filename: 'b' } }))
    await handler(new Request(base, { method: 'BREW' }))
    const text = metrics.text(await handler.usage(), 3)
    for (const line of [
      'chunkwise_requests_total{method="PUT",dialect="drf",status="200"} 2',
      'chunkwise_requests_total{method="POST",dialect="drf",status="400"} 1',
      'chunkwise_requests_total{method="other",dialect="drf",status="405"} 1',
      'chunkwise_problems_total{code="checksum-mismatch"} 1',
      'chunkwise_session_events_total{event="created"} 2',
      'chunkwise_session_events_total{event="completed"} 1',
      'chunkwise_request_seconds_bucket{method="PUT",dialect="drf",le="+Inf"} 2',
      'chunkwise_request_seconds_count{method="PUT",dialect="drf"} 2',
      'chunkwise_sessions{status="uploading"} 1',
      'chunkwise_sessions{status="complete"} 1',
      'chunkwise_stored_bytes 35',
      'chunkwise_reserved_bytes 15',
      'chunkwise_free_bytes 965',
      'chunkwise_running_requests 0',
      'chunkwise_connections 3',
    ])
      expect(text.split('\n')).toContain(line)
    // The grammar of the format: comments, and names with labels and a value.
    for (const line of text.trimEnd().split('\n'))
      expect(line).toMatch(/^(?:# (?:HELP|TYPE) \w+ .+|\w+(?:\{\w+="[^"\\\n]*"(?:,\w+="[^"\\\n]*")*\})? [\d.e+-]+)$/)
    expect(text).not.toMatch(/secret-name|[0-9a-f]{8}-/)
  })

  test('I16 do not grow by what is asked', async () => {
    const metrics = createMetrics()
    const { handler } = serve({ observe: metrics.observe, onError: () => {} })
    const ask = async (from: number): Promise<number> => {
      for (let count = from; count < from + 50; count += 1)
        await handler(new Request(`${base}${count}/?${count}`, { method: `M${count}` }))
      return metrics.text(await handler.usage()).split('\n').length
    }
    expect(await ask(0)).toBe(await ask(50))
  })

  test('leave out what cannot be told now, and tell the rest', () => {
    const text = createMetrics().text({ requests: 2 })
    expect(text).toContain('chunkwise_running_requests 2\n')
    expect(text).not.toMatch(
      /undefined|NaN|chunkwise_(?:sessions|stored_bytes|reserved_bytes|free_bytes|connections)\b/,
    )
  })

  test('the classes of durations are cumulative', () => {
    const metrics = createMetrics()
    const event = {
      kind: 'request',
      requestId: '',
      method: 'GET',
      status: 200,
      received: 0,
      details: { path: '/' },
    } as const
    for (const durationMs of [1, 30, 700, 100_000]) metrics.observe({ ...event, durationMs })
    const sessions = { uploading: 0, verifying: 0, complete: 0, failed: 0, expired: 0 }
    const text = metrics.text({ sessions, stored: 0, reserved: 0, requests: 0 })
    const counts = [...text.matchAll(/_bucket\{.*le="([^"]+)"\} (\d+)/g)].map(([, end, count]) => `${end}:${count}`)
    expect(counts).toEqual(['0.005:1', '0.025:1', '0.1:2', '0.5:2', '1:3', '5:3', '15:3', '60:3', '+Inf:4'])
    expect(text).toContain('chunkwise_request_seconds_sum{method="GET",dialect="none"} 100.731')
  })
})

describe('S05 a right that is withdrawn during an upload', () => {
  test.each(wires)('is gone with the next chunk, and with the last step: $name', async (wire) => {
    let allowed = true
    const authenticate = (): string | undefined => (allowed ? 'alice' : undefined)
    const { handler } = serve({ authenticate })
    const url = await wire.locate(
      await handler(wire.begin({ start: 0, body: file.slice(0, 10), size: 25, last: false })),
    )
    const piece = { start: 10, body: file.slice(10), size: 25, last: true }
    allowed = false
    expect((await handler(wire.append(url, piece))).status).toBe(403)
    expect(await handler.sessions.list({ owner: 'alice' })).toMatchObject([{ offset: 10, status: 'uploading' }])
    if (!wire.finish) return
    allowed = true
    await handler(wire.append(url, piece))
    allowed = false
    expect((await handler(wire.finish(url, file))).status).toBe(403)
    expect(await handler.sessions.list({ owner: 'alice' })).toMatchObject([{ offset: 25, status: 'uploading' }])
  })
})

describe('a second argument that is no connection', () => {
  test.each([
    [
      'the server of Bun',
      { hostname: 'localhost', port: 3000, address: { address: '::1', port: 3000 }, requestIP: () => null },
    ],
    ['what Deno tells', { remoteAddr: { transport: 'tcp', hostname: '127.0.0.1', port: 1 } }],
    ['nothing', undefined],
    ["a number, of an array's map", 0],
  ])('%s does no harm', async (_what, second: unknown) => {
    const { handler, requests } = serve({ throttle: { requests: 5, perMs: 1000 } })
    const response: unknown = await Reflect.apply(handler, undefined, [create('a'), second])
    expect(response).toMatchObject({ status: 200 })
    expect(requests()[0]?.details.address).toBeUndefined()
  })
})

test('a request that is under way is counted as such', async () => {
  const { handler } = serve()
  const slow = handFed()
  const running = handler(chunkRequest({ range: 'bytes 0-24/25', file: slow.stream, fields: { filename: 'a' } }))
  slow.feed(file)
  await slow.taken()
  expect(await handler.usage()).toMatchObject({ requests: 1 })
  slow.end()
  await running
  expect(await handler.usage()).toMatchObject({ requests: 0 })
})
