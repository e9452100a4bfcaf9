import { expect, test } from 'vitest'
import { createUploadHandler, type UploadHandler } from '../handler.ts'
import type { UploadHandlerOptions } from '../options.ts'
import { UploadProblem } from '../problem.ts'
import { memoryStore } from '../stores/memory.ts'
import { fileOf, handFed } from './fixtures/drf-client.ts'
import { storedAt, type Piece, type Wire } from './fixtures/wires.ts'

/** What a dialect can, and how it says what all of them must say. */
export interface DialectTable {
  readonly wire: Wire
  /** Whether an upload may begin without a byte. */
  readonly beginsEmpty: boolean
  /** Whether the size of the file may be told later. */
  readonly defersLength: boolean
  /** Header by which a chunk proves itself, for these bytes; `undefined`: the whole is proven at the end. */
  readonly proof: ((bytes: Uint8Array<ArrayBuffer>) => Promise<Record<string, string>>) | undefined
  /** Statuses: of an offset that is not the server's, of a body beyond the end, of a wrong proof. */
  readonly mismatch: number
  readonly tooLong: number
  readonly unproven: number
  /** Statuses: of what begins, of a chunk, of the last one. */
  readonly begun: number
  readonly appended: number
  readonly unknown: number
  /** Status of a creation beyond the greatest size. */
  readonly tooLarge: number
}

const file = fileOf(25)
const whole: Piece = { start: 0, body: file, size: 25, last: true }
const piece = (start: number, end: number, more: Partial<Piece> = {}): Piece => ({
  start,
  body: file.slice(start, end),
  size: 25,
  last: end === 25,
  ...more,
})

/** What every dialect must do, steered only by the table of what it can. Called once in the test file of a dialect. */
export function dialectContract(name: string, table: DialectTable): void {
  const { wire } = table

  function serve(options: Partial<UploadHandlerOptions> = {}): {
    handler: UploadHandler
    store: ReturnType<typeof memoryStore>
  } {
    const store = memoryStore()
    const handler = createUploadHandler({
      store,
      onError: (error) => {
        throw error
      },
      ...options,
    })
    return { handler, store }
  }

  async function begin(handler: UploadHandler, first: Piece): Promise<string> {
    const response = await handler(wire.begin(first))
    expect(response.status).toBe(table.begun)
    return wire.locate(response)
  }
  const offsetAt = async (handler: UploadHandler, url: string): Promise<number | undefined> =>
    wire.offset(await handler(wire.ask(url)))

  async function finish(handler: UploadHandler, url: string): Promise<void> {
    if (wire.finish) expect((await handler(wire.finish(url, file))).status).toBe(200)
  }

  test(`${name}: a file arrives chunk by chunk, and the host gets it once`, async () => {
    const seen: string[] = []
    const { handler, store } = serve({ onComplete: ({ session }) => void seen.push(session.filename) })
    const url = await begin(handler, piece(0, 10))
    expect(await offsetAt(handler, url)).toBe(10)
    expect((await handler(wire.append(url, piece(10, 20)))).status).toBe(table.appended)
    expect(seen).toEqual([])
    expect((await handler(wire.append(url, piece(20, 25)))).status).toBe(table.appended)
    await finish(handler, url)
    expect(seen).toEqual(['a.bin'])
    expect(await storedAt(handler, url, store)).toEqual(file)
    expect(await wire.isComplete(await handler(wire.ask(url)))).toBe(true)
  })

  test.each(['gzip', 'br', 'identity, gzip', 'GZIP'])(
    `${name}: F25 bytes that something has packed on the way (%s) are refused, and none is stored`,
    async (encoding) => {
      const { handler } = serve()
      const packed = { headers: { 'Content-Encoding': encoding } }
      expect((await handler(wire.begin({ ...piece(0, 10), ...packed }))).status).toBe(415)
      expect(await handler.sessions.list({ owner: undefined })).toEqual([])
      const url = await begin(handler, piece(0, 10))
      expect((await handler(wire.append(url, { ...piece(10, 20), ...packed }))).status).toBe(415)
      expect(await offsetAt(handler, url)).toBe(10)
      const plain = { headers: { 'Content-Encoding': 'identity' } }
      expect((await handler(wire.append(url, { ...piece(10, 20), ...plain }))).status).toBe(table.appended)
    },
  )

  test(`${name}: a whole file in the first request`, async () => {
    const { handler, store } = serve()
    const url = await begin(handler, whole)
    await finish(handler, url)
    expect(await storedAt(handler, url, store)).toEqual(file)
    expect((await handler.sessions.list({ owner: undefined })).map(({ status }) => status)).toEqual(['complete'])
  })

  if (table.beginsEmpty)
    test(`${name}: an upload begins without a byte`, async () => {
      const { handler, store } = serve()
      const url = await begin(handler, piece(0, 0))
      expect(await offsetAt(handler, url)).toBe(0)
      await handler(wire.append(url, whole))
      expect(await storedAt(handler, url, store)).toEqual(file)
    })

  if (table.beginsEmpty)
    test(`${name}: an empty file is complete at once`, async () => {
      const { handler } = serve()
      await begin(handler, { start: 0, body: new Uint8Array(0), size: 0, last: true })
      expect(await handler.sessions.list({ owner: undefined })).toMatchObject([{ status: 'complete', size: 0 }])
    })

  if (table.defersLength)
    test(`${name}: the size may be told with the last chunk`, async () => {
      const { handler } = serve()
      const url = await begin(handler, piece(0, 10, { size: undefined }))
      expect(await wire.isComplete(await handler(wire.ask(url)))).toBe(false)
      expect((await handler(wire.append(url, piece(10, 25)))).status).toBe(table.appended)
      expect(await handler.sessions.list({ owner: undefined })).toMatchObject([{ status: 'complete', size: 25 }])
    })

  test.each([0, 5, 15, 25])(
    `${name}: a chunk at %d where the server is at 10 is refused with the offset`,
    async (start) => {
      const { handler } = serve()
      const url = await begin(handler, piece(0, 10))
      // Bytes of its own, so that the grammar of ranges has nothing to object to.
      const response = await handler(wire.append(url, { ...piece(10, 12), start: Math.min(start, 23), last: false }))
      expect(response.status).toBe(table.mismatch)
      expect(await wire.offset(response)).toBe(10)
      expect(await offsetAt(handler, url)).toBe(10)
    },
  )

  test(`${name}: bytes beyond the end are refused, whether announced or not, and none is stored`, async () => {
    for (const headers of [{}, { 'Content-Length': '20' }]) {
      const { handler } = serve()
      const url = await begin(handler, piece(0, 10))
      const stream = new Blob([fileOf(20)]).stream()
      const response = await handler(
        wire.append(url, { start: 10, body: stream, length: 20, size: 25, last: true, headers }),
      )
      expect(response.status).toBe(table.tooLong)
      expect(await offsetAt(handler, url)).toBe(10)
    }
  })

  test(`${name}: a size beyond the limit is refused before anything is kept`, async () => {
    const { handler } = serve({ maxSize: 24 })
    expect((await handler(wire.begin(piece(0, 10)))).status).toBe(table.tooLarge)
    expect(await handler.sessions.list({ owner: undefined })).toEqual([])
  })

  test(`${name}: F01 a chunk that is cut off leaves its beginning`, async () => {
    const { handler, store } = serve()
    const url = await begin(handler, piece(0, 10))
    const slow = handFed()
    const cut = handler(wire.append(url, piece(10, 25, { body: slow.stream, length: 15 })))
    slow.feed(file.slice(10, 18))
    await slow.taken()
    slow.cut()
    expect((await cut).status).toBe(400)
    const offset = (await offsetAt(handler, url)) ?? 0
    // A form holds back what may be the beginning of its end.
    expect(offset).toBeGreaterThan(10)
    expect((await handler(wire.append(url, piece(offset, 25)))).status).toBe(table.appended)
    await finish(handler, url)
    expect(await storedAt(handler, url, store)).toEqual(file)
  })

  if (table.proof) {
    const { proof } = table
    test(`${name}: a chunk with its own checksum counts whole or not at all`, async () => {
      const { handler } = serve()
      const url = await begin(handler, piece(0, 10))
      const headers = await proof(file.slice(10, 20))
      const wrong = await handler(wire.append(url, piece(10, 20, { body: fileOf(10), headers })))
      expect(wrong.status).toBe(table.unproven)
      expect(await offsetAt(handler, url)).toBe(10)
      const slow = handFed()
      const cut = handler(wire.append(url, piece(10, 20, { body: slow.stream, headers })))
      slow.feed(file.slice(10, 15))
      await slow.taken()
      slow.cut()
      expect((await cut).status).toBe(400)
      expect(await offsetAt(handler, url)).toBe(10)
      expect((await handler(wire.append(url, piece(10, 20, { headers })))).status).toBe(table.appended)
      expect(await offsetAt(handler, url)).toBe(20)
    })
  }

  test(`${name}: S15 of 50 chunks for one place at once exactly one is taken`, async () => {
    const { handler, store } = serve()
    const url = await begin(handler, piece(0, 10))
    const answers = await Promise.all(Array.from({ length: 50 }, async () => handler(wire.append(url, piece(10, 20)))))
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
    expect(await storedAt(handler, url, store)).toEqual(file.slice(0, 20))
  })

  test(`${name}: F04 a newer request takes an upload from an older one that stands still`, async () => {
    const { handler } = serve()
    const url = await begin(handler, piece(0, 10))
    const slow = handFed()
    const older = handler(wire.append(url, piece(10, 25, { body: slow.stream, length: 15 })))
    // Enough for a form not to hold all of it back.
    slow.feed(file.slice(10, 18))
    await slow.taken()
    expect((await handler(wire.append(url, piece(10, 20)))).status).toBe(table.appended)
    expect((await older).status).toBe(423)
    expect(await offsetAt(handler, url)).toBe(20)
  })

  test(`${name}: an ended upload is unknown`, async () => {
    const { handler } = serve()
    const url = await begin(handler, piece(0, 10))
    expect((await handler(wire.terminate(url))).status).toBe(204)
    expect((await handler(wire.terminate(url))).status).toBe(table.unknown)
    expect((await handler(wire.ask(url))).status).toBe(table.unknown)
    expect((await handler(wire.append(url, piece(10, 20)))).status).toBe(table.unknown)
  })

  test(`${name}: an expired upload takes nothing more`, async () => {
    let time = Date.UTC(2026, 0, 1)
    const { handler } = serve({ lifetimeMs: 1000, now: () => time })
    const url = await begin(handler, piece(0, 10))
    time += 1001
    expect((await handler(wire.append(url, piece(10, 20)))).status).toBe(410)
  })

  test(`${name}: S04 another's upload is as unknown as none at all`, async () => {
    const { handler } = serve({ authenticate: (request) => request.headers.get('authorization') ?? undefined })
    const as = (who: string | undefined, request: Request): Request => {
      if (who !== undefined) request.headers.set('authorization', who)
      return request
    }
    const url = await wire.locate(await handler(as('alice', wire.begin(piece(0, 10)))))
    const none = url.replace(/[0-9a-f-]{36}/, crypto.randomUUID())
    for (const make of [wire.ask, wire.terminate, (at: string) => wire.append(at, piece(10, 20))]) {
      const foreign = await handler(as('bob', make(url)))
      const unknown = await handler(as('bob', make(none)))
      expect([foreign.status, await foreign.text()]).toEqual([unknown.status, await unknown.text()])
      expect(foreign.status).toBe(table.unknown)
      expect((await handler(as(undefined, make(url)))).status).toBe(403)
    }
    expect(await wire.offset(await handler(as('alice', wire.ask(url))))).toBe(10)
  })

  test(`${name}: the host's refusal of a finished file reaches the client`, async () => {
    const { handler } = serve({
      onComplete: () => {
        throw new UploadProblem('malformed', 'no', { answer: { file: ['infected'] } })
      },
    })
    const first = await handler(wire.begin(piece(0, 10)))
    const url = await wire.locate(first)
    const last = await handler(wire.append(url, piece(10, 25)))
    const answer = wire.finish ? await handler(wire.finish(url, file)) : last
    expect(answer.status).toBe(400)
    expect(await answer.json()).toEqual({ file: ['infected'] })
  })

  test(`${name}: the host's own answer to a finish reaches the client`, async () => {
    const { handler } = serve({ onComplete: ({ session }) => Response.json({ asset: session.size }, { status: 202 }) })
    const url = await begin(handler, piece(0, 10))
    const last = await handler(wire.append(url, piece(10, 25)))
    const answer = wire.finish ? await handler(wire.finish(url, file)) : last
    expect(answer.status).toBe(202)
    expect(await answer.json()).toEqual({ asset: 25 })
  })

  test(`${name}: F22 a page of another origin may send all that is needed, and read every header of the answers`, async () => {
    const { handler } = serve({ cors: { origins: ['https://app.example'] } })
    const visit = async (request: Request): Promise<Response> => {
      const names = [...request.headers.keys()].join(', ')
      const ask = {
        Origin: 'https://app.example',
        'Access-Control-Request-Method': request.method,
        'Access-Control-Request-Headers': names,
      }
      const allowed = (await handler(new Request(request.url, { method: 'OPTIONS', headers: ask }))).headers
      const headers = allowed.get('access-control-allow-headers')?.split(', ')
      for (const header of request.headers.keys()) expect(headers).toContain(header)
      const methods = allowed.get('access-control-allow-methods')?.split(', ')
      // Allowed unasked (Fetch standard, "CORS-safelisted method").
      if (!['GET', 'HEAD', 'POST'].includes(request.method)) expect(methods).toContain(request.method)
      request.headers.set('origin', 'https://app.example')
      const response = await handler(request)
      const exposed = response.headers.get('access-control-expose-headers')?.split(', ')
      for (const header of response.headers.keys())
        if (!header.startsWith('access-control-')) expect(exposed).toContain(header)
      return response
    }
    const url = await wire.locate(await visit(wire.begin(piece(0, 10))))
    await visit(wire.append(url, piece(10, 20, table.proof ? { headers: await table.proof(file.slice(10, 20)) } : {})))
    await visit(wire.ask(url))
    await visit(wire.append(url, piece(0, 10)))
    await visit(wire.terminate(url))
  })
}
