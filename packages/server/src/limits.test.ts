import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { base, chunkRequest, fileOf, finishRequest, handFed, md5 } from './dialects/fixtures/drf-client.ts'
import { bytesRequest, drfWire, ietfWire, tusWire, wires, type Wire } from './dialects/fixtures/wires.ts'
import { createUploadHandler, type UploadHandler } from './handler.ts'
import { ledgerOf } from './ledger.ts'
import type { LimitOptions } from './limits.ts'
import type { UploadHandlerOptions } from './options.ts'
import type { UploadStore } from './store.ts'
import { diskStore } from './stores/disk.ts'
import { memoryStore } from './stores/memory.ts'

const fail = (error: unknown): never => {
  throw error
}

function serve(limits: LimitOptions, options: Partial<UploadHandlerOptions> = {}) {
  const store = options.store ?? memoryStore()
  return { store, handler: createUploadHandler({ onError: fail, ...options, store, limits }) }
}

/** Begins an upload of so many bytes with its first ten. */
const begin = (wire: Wire, size: number, handler: UploadHandler, from?: string): Promise<Response> =>
  handler(
    wire.begin({ start: 0, body: fileOf(10), size, last: size === 10 }),
    from === undefined ? {} : { address: from },
  )

const statuses = (responses: readonly Response[]): number[] =>
  responses.map(({ status }) => status).toSorted((a, b) => a - b)
const times = (count: number, status: number): number[] => Array.from({ length: count }, () => status)

describe.each(wires)('S07 I18 the limits in $name', (wire) => {
  const made = wire.name === 'drf' ? 200 : 201

  test('S06 of fifty creations at once exactly as many get in as may be open, the others are told when to come again', async () => {
    const { handler } = serve({ openUploads: 7 })
    const responses = await Promise.all(Array.from({ length: 50 }, () => begin(wire, 100, handler)))
    expect(statuses(responses)).toEqual([...times(7, made), ...times(43, 429)])
    const refused = responses.filter(({ status }) => status === 429)
    expect(refused.every(({ headers }) => headers.get('retry-after') === '10')).toBe(true)
    expect(await handler.sessions.list({ owner: undefined })).toHaveLength(7)
  })

  test('of fifty creations at once exactly as many get in as have room, whatever has come of them', async () => {
    const { handler } = serve({ totalBytes: 730 })
    const responses = await Promise.all(Array.from({ length: 50 }, () => begin(wire, 100, handler)))
    expect(statuses(responses)).toEqual([...times(7, made), ...times(43, 507)])
    expect(await handler.usage()).toMatchObject({ stored: 70, reserved: 630 })
  })

  test('of fifty at once on a full disk too', async () => {
    const free = { space: async () => ({ free: 1730, size: 10_000 }) }
    const { handler } = serve({ minFree: 1000 }, { store: { ...memoryStore(), ...free } })
    const responses = await Promise.all(Array.from({ length: 50 }, () => begin(wire, 100, handler)))
    expect(statuses(responses)).toEqual([...times(7, made), ...times(43, 507)])
  })

  test('what is ended gives its room back', async () => {
    const { handler } = serve({ totalBytes: 100, openUploads: 1 })
    const first = await begin(wire, 100, handler)
    expect((await begin(wire, 100, handler)).status).not.toBe(made)
    await handler(wire.terminate(await wire.locate(first)))
    expect(await handler.usage()).toMatchObject({ stored: 0, reserved: 0 })
    expect((await begin(wire, 100, handler)).status).toBe(made)
  })

  test('so does what expires, and one that was given up in the middle of its creation', async () => {
    const clock = { now: 0 }
    const { handler } = serve({ totalBytes: 100 }, { now: () => clock.now, lifetimeMs: 1000 })
    const cut = handFed()
    const broken = handler(wire.begin({ start: 0, body: cut.stream, length: 50, size: 100, last: false }))
    cut.feed(fileOf(5))
    await cut.taken()
    expect(await handler.usage()).toMatchObject({ reserved: 100 })
    cut.cut()
    await broken
    expect(await handler.usage()).toMatchObject({ reserved: 0 })
    await begin(wire, 100, handler)
    clock.now = 2000
    await handler.sweep()
    expect((await begin(wire, 100, handler)).status).toBe(made)
  })

  test('a finished upload takes what it has, and is open no more', async () => {
    const { handler } = serve({ openUploads: 1, totalBytes: 25 })
    const first = await begin(wire, 10, handler)
    const url = await wire.locate(first)
    if (wire.finish) await handler(wire.finish(url, fileOf(10)))
    expect(await handler.usage()).toMatchObject({ stored: 10, reserved: 0, sessions: { complete: 1, uploading: 0 } })
    expect((await begin(wire, 10, handler)).status).toBe(made)
  })

  test('S08 the greatest size that can be said allocates nothing, and is refused where there is a limit', async () => {
    // A structured field has 15 digits.
    const size = wire.name === 'ietf' ? 999_999_999_999_999 : Number.MAX_SAFE_INTEGER
    const { handler } = serve({})
    const urls: string[] = []
    for (let count = 0; count < 3; count += 1) {
      const response = await begin(wire, size, handler)
      expect(response.status).toBe(made)
      urls.push(await wire.locate(response))
    }
    for (const url of urls.slice(1)) await handler(wire.terminate(url))
    expect(await handler.usage()).toMatchObject({ stored: 10, reserved: size - 10 })
    const limited = serve({ totalBytes: 1000 })
    expect((await begin(wire, size, limited.handler)).status).toBe(wire.name === 'drf' ? 400 : 413)
  })

  test('S06 new uploads a minute are counted by owner, or by address', async () => {
    const clock = { now: 0 }
    const authenticate = ({ headers }: Request): string | undefined => headers.get('x-owner') ?? undefined
    const options = { now: () => clock.now, authenticate, requireSignIn: false, drf: { owner: 'optional' } } as const
    const { handler } = serve({ creationsPerMinute: 2 }, options)
    const as = (owner: string, address: string): Promise<Response> => {
      const request = wire.begin({ start: 0, body: fileOf(10), size: 100, last: false })
      if (owner !== '') request.headers.set('x-owner', owner)
      return handler(request, { address })
    }
    const order = [
      await as('alice', '192.0.2.1'),
      await as('alice', '192.0.2.2'),
      await as('alice', '192.0.2.3'),
      await as('', '192.0.2.1'),
      await as('', '192.0.2.1'),
      await as('', '192.0.2.1'),
      await as('', '192.0.2.2'),
    ]
    expect(order.map(({ status }) => status)).toEqual([made, made, 429, made, made, 429, made])
    expect(order[2]?.headers.get('retry-after')).toBe('60')
    clock.now = 60_000
    expect((await as('alice', '192.0.2.1')).status).toBe(made)
  })

  test('nobody pays for another', async () => {
    const { handler } = serve({ ownerBytes: 100 })
    expect((await begin(wire, 100, handler, '192.0.2.1')).status).toBe(made)
    expect((await begin(wire, 100, handler, '192.0.2.1')).status).toBe(507)
    expect((await begin(wire, 100, handler, '192.0.2.2')).status).toBe(made)
  })
})

describe('S07 a size that is not told', () => {
  test.each([tusWire, ietfWire])('is reserved as the bytes come: $name', async (wire) => {
    const { handler } = serve({ totalBytes: 50 })
    const piece = { size: undefined, last: false }
    const first = await handler(wire.begin({ ...piece, start: 0, body: fileOf(30) }))
    const url = await wire.locate(first)
    const refused = await handler(wire.append(url, { ...piece, start: 30, body: fileOf(30) }))
    expect(refused.status).toBe(507)
    // What did not fit is not kept, and nothing of it stays reserved.
    expect(await handler.usage()).toMatchObject({ stored: 30, reserved: 0 })
    expect(await wire.offset(await handler(wire.ask(url)))).toBe(30)
    const fits = await handler(wire.append(url, { ...piece, start: 30, body: fileOf(20) }))
    expect(await wire.offset(fits)).toBe(50)
  })

  test('is reserved when it is told, before a byte of that chunk comes', async () => {
    const { handler } = serve({ totalBytes: 50 })
    const begun = await handler(tusWire.begin({ start: 0, body: fileOf(10), size: undefined, last: false }))
    const url = await tusWire.locate(begun)
    const append = (size: string, more: Record<string, string> = {}): Request => {
      const type = { 'Tus-Resumable': '1.0.0', 'Content-Type': 'application/offset+octet-stream' }
      return bytesRequest(url, 'PATCH', { ...type, 'Upload-Offset': '10', 'Upload-Length': size, ...more }, fileOf(5))
    }
    expect((await handler(append('1000'))).status).toBe(413)
    expect(await handler.usage()).toMatchObject({ stored: 10, reserved: 0 })
    // A chunk that is refused has told nothing.
    expect((await handler(append('50', { 'Upload-Checksum': 'sha1 AAAAAAAAAAAAAAAAAAAAAAAAAAA=' }))).status).toBe(460)
    expect(await handler.usage()).toMatchObject({ stored: 10, reserved: 0 })
    expect((await handler(append('50'))).status).toBe(204)
    expect(await handler.usage()).toMatchObject({ stored: 15, reserved: 35 })
  })

  test('a whole file in one request grows as it comes', async () => {
    const { handler } = serve({ totalBytes: 20 })
    const post = (size: number): Promise<Response> => {
      const file = fileOf(size)
      return handler(chunkRequest({ method: 'POST', file, fields: { filename: 'a', md5: md5(file) } }))
    }
    expect((await post(21)).status).toBe(400)
    expect((await post(15)).status).toBe(200)
    expect((await post(6)).status).toBe(507)
    expect(await handler.usage()).toMatchObject({ stored: 15, reserved: 0 })
  })
})

describe('S07 after a restart', () => {
  test('what was reserved is known from the records, of whom too', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'chunkwise-limits-'))
    onTestFinished(() => rm(dir, { recursive: true, force: true }))
    const limits = { ownerBytes: 100, totalBytes: 250 }
    const first = serve(limits, { store: diskStore({ dir }) })
    await begin(drfWire, 100, first.handler, '2001:db8::1')
    await first.handler.close()

    const { handler } = serve(limits, { store: diskStore({ dir }) })
    onTestFinished(() => handler.close())
    await handler.open()
    expect(await handler.usage()).toMatchObject({ stored: 10, reserved: 90, sessions: { uploading: 1 } })
    expect((await begin(drfWire, 100, handler, '2001:db8::2')).status).toBe(507)
    expect((await begin(drfWire, 100, handler, '2001:db8:0:1::1')).status).toBe(200)
    expect((await begin(drfWire, 100, handler, '192.0.2.1')).status).toBe(507)
  })

  test('addresses are written down only where they are counted', async () => {
    const { handler, store } = serve({ totalBytes: 1000 })
    await begin(drfWire, 100, handler, '192.0.2.1')
    for await (const record of store.list()) expect(record.address).toBeUndefined()
  })
})

test('S06 what has no byte yet dies after an hour, what has one after a day', async () => {
  const clock = { now: 0 }
  const { handler } = serve({}, { now: () => clock.now })
  const empty = await handler(tusWire.begin({ start: 0, body: new Uint8Array(), size: 100, last: false }))
  await begin(tusWire, 100, handler)
  clock.now = 3_599_999
  await handler.sweep()
  expect((await handler(tusWire.ask(await tusWire.locate(empty)))).status).toBe(200)
  clock.now = 3_600_000
  expect(await handler.sweep()).toMatchObject({ sessions: 1 })
  expect(await handler.sessions.list({ owner: undefined })).toMatchObject([{ offset: 10 }])
})

describe('S38 small chunks', () => {
  const limits = { minChunkSize: 20 }

  test.each(wires)('are refused, but for the last one: $name', async (wire) => {
    const { handler } = serve(limits)
    const small = await handler(wire.begin({ start: 0, body: fileOf(19), size: 45, last: false }))
    expect(small.status).toBe(400)
    const first = await handler(wire.begin({ start: 0, body: fileOf(20), size: 45, last: false }))
    const url = await wire.locate(first)
    const append = (start: number, end: number): Promise<Response> =>
      handler(wire.append(url, { start, body: fileOf(45).slice(start, end), size: 45, last: end === 45 }))
    expect((await append(20, 30)).status).toBe(400)
    expect(await wire.offset(await handler(wire.ask(url)))).toBe(20)
    expect((await append(20, 40)).ok).toBe(true)
    expect((await append(40, 45)).ok).toBe(true)
  })

  test('are announced where the protocol has a word for it', async () => {
    const { handler } = serve(limits)
    const answer = await handler(new Request(base, { method: 'OPTIONS' }))
    expect(answer.headers.get('upload-limit')).toBe('min-append-size=20')
    const begun = await begin(ietfWire, 10, serve({ ...limits, minChunkSize: 5 }).handler)
    expect(begun.headers.get('upload-limit')).toContain('min-append-size=5')
  })

  test('what a cut has left may be followed by a small one', async () => {
    const { handler } = serve(limits)
    const url = await drfWire.locate(
      await handler(drfWire.begin({ start: 0, body: fileOf(20), size: 100, last: false })),
    )
    const slow = handFed()
    const cut = handler(drfWire.append(url, { start: 20, body: slow.stream, length: 20, size: 100, last: false }))
    slow.feed(fileOf(15))
    await slow.taken()
    slow.cut()
    await cut
    const offset = (await drfWire.offset(await handler(drfWire.ask(url)))) ?? 0
    expect(offset).toBeGreaterThan(20)
    const rest = { start: offset, body: fileOf(40 - offset), size: 100, last: false }
    expect((await handler(drfWire.append(url, rest))).status).toBe(200)
  })

  test('many of one upload are slowed down, others are not', async () => {
    const clock = { now: 0 }
    const { handler } = serve({ chunksPerMinute: 2 }, { now: () => clock.now })
    const [url, other] = [
      await drfWire.locate(await begin(drfWire, 100, handler)),
      await drfWire.locate(await begin(drfWire, 100, handler)),
    ]
    const append = (to: string, start: number): Promise<Response> =>
      handler(drfWire.append(to, { start, body: fileOf(1), size: 100, last: false }))
    expect((await append(url, 10)).status).toBe(200)
    expect((await append(url, 11)).status).toBe(200)
    const refused = await append(url, 12)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60'])
    expect((await append(other, 10)).status).toBe(200)
    clock.now = 60_000
    expect((await append(url, 12)).status).toBe(200)
  })
})

describe('S39 the checksum', () => {
  test('of a finish that fails is made once, until new bytes come', async () => {
    const memory = memoryStore()
    let made = 0
    const store: UploadStore = {
      ...memory,
      checksum: async (...asked) => {
        made += 1
        return memory.checksum(...asked)
      },
    }
    const { handler } = serve({}, { store })
    const url = await drfWire.locate(await begin(drfWire, 20, handler))
    const finish = (value: string): Promise<Response> => handler(finishRequest(url, { md5: value }))
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => finish(md5(fileOf(index + 1)))))
    // The finish of ten bytes was right for what is there, but a later one has come first or it has, and then it is over.
    expect(made).toBe(1)
    expect(answers.some(({ status }) => status === 400)).toBe(true)
  })

  test('is made anew of new bytes', async () => {
    const { handler } = serve({})
    const url = await drfWire.locate(await begin(drfWire, 20, handler))
    expect((await handler(finishRequest(url, { md5: md5(fileOf(9)) }))).status).toBe(400)
    await handler(drfWire.append(url, { start: 10, body: fileOf(20).slice(10), size: 20, last: true }))
    expect((await handler(finishRequest(url, { md5: md5(fileOf(20)) }))).status).toBe(200)
  })
})

/** Counts what is really there, at every piece that is written. */
function weighed(check: (stored: number) => Promise<void>): UploadStore {
  const memory = memoryStore()
  const stored = new Map<string, number>()
  const weigh = async (id: string, bytes: number): Promise<void> => {
    stored.set(id, bytes)
    await check([...stored.values()].reduce((sum, size) => sum + size, 0))
  }
  return {
    ...memory,
    async writer(record) {
      const writer = await memory.writer(record)
      async function* watched(position: number, source: AsyncIterable<Uint8Array>) {
        let end = position
        for await (const bytes of source) {
          end += bytes.length
          await weigh(record.id, end)
          yield bytes
        }
      }
      return {
        ...writer,
        get end() {
          return writer.end
        },
        write: (position, source) => writer.write(position, watched(position, source)),
        async close() {
          await writer.close()
          await weigh(record.id, (await memory.read(record.id))?.offset ?? 0)
        },
      }
    },
    async remove(record, options) {
      await memory.remove(record, options)
      stored.delete(record.id)
    },
  }
}

type Step =
  | { readonly do: 'begin'; readonly wire: Wire; readonly size: number | undefined; readonly bytes: number }
  | { readonly do: 'append' | 'terminate' | 'finish'; readonly at: number; readonly bytes: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('begin' as const),
    wire: fc.constantFrom(...wires),
    size: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
    bytes: fc.integer({ min: 1, max: 30 }),
  }),
  fc.record({
    do: fc.constantFrom('append' as const, 'append' as const, 'terminate' as const, 'finish' as const),
    at: fc.nat(20),
    bytes: fc.integer({ min: 1, max: 30 }),
  }),
)

test('I18 what is reserved and what is there never exceed the limit, in whatever order and how many at once', async () => {
  const property = fc.asyncProperty(
    fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 8 }),
    async (rounds) => {
      const totalBytes = 100
      const look = async (stored: number): Promise<void> => {
        const { bytes, open } = await ledger.overview()
        expect(stored).toBeLessThanOrEqual(totalBytes)
        expect(bytes).toBeLessThanOrEqual(totalBytes)
        expect(open).toBeLessThanOrEqual(5)
      }
      const store = weighed(look)
      const ledger = ledgerOf(store)
      const { handler } = serve({ totalBytes, openUploads: 5 }, { store })
      const begun: { url: string; wire: Wire; size: number | undefined }[] = []
      const perform = async (next: Step): Promise<void> => {
        if (next.do === 'begin') {
          const size = next.wire.name === 'drf' ? (next.size ?? 60) : next.size
          const bytes = Math.min(next.bytes, size ?? 60)
          const request = next.wire.begin({ start: 0, body: fileOf(bytes), size, last: bytes === size })
          const response = await handler(request)
          expect(response.status).not.toBe(500)
          if (response.ok) begun.push({ url: await next.wire.locate(response), wire: next.wire, size })
          return
        }
        const found = begun[next.at % (begun.length || 1)]
        if (!found) return
        const { url, wire, size } = found
        if (next.do === 'terminate') await handler(wire.terminate(url))
        else if (next.do === 'finish') await handler(finishRequest(url, { md5: md5(fileOf(next.bytes)) }))
        else {
          const start = (await wire.offset(await handler(wire.ask(url)))) ?? 0
          const end = Math.min(start + next.bytes, size ?? Infinity)
          const piece = { start, body: fileOf(end).slice(start), size, last: end === size }
          if (end > start) expect((await handler(wire.append(url, piece))).status).not.toBe(500)
        }
      }
      for (const round of rounds) await Promise.all(round.map(perform))
      // What is left is what the records say, no more and no less.
      let [bytes, stored] = [0, 0]
      for await (const { status, size = 0, offset } of store.list()) {
        stored += offset
        bytes += status === 'uploading' || status === 'verifying' ? Math.max(size, offset) : offset
      }
      expect(await ledger.overview()).toMatchObject({ bytes, stored })
    },
  )
  await fc.assert(property, { numRuns: 100 })
})

test.each([
  [{ openUploads: 0 }, 'Option limits.openUploads: expected a number above 0, got 0'],
  [{ totalBytes: NaN }, 'Option limits.totalBytes: expected a number above 0, got null'],
  [{ ownerByte: 5 }, 'Unknown option limits.ownerByte'],
] as const)('%j is refused by name', (limits: object, message) => {
  expect(() => serve(limits)).toThrow(message)
})

describe('I18 what is ended', () => {
  test('counts until it is gone from the disk', async () => {
    const memory = memoryStore()
    let remove = (): void => {}
    const gate = new Promise<void>((resolve) => {
      remove = resolve
    })
    const store: UploadStore = {
      ...memory,
      async remove(...asked) {
        await gate
        await memory.remove(...asked)
      },
    }
    const { handler } = serve({ totalBytes: 10 }, { store })
    const url = await drfWire.locate(await begin(drfWire, 10, handler))
    const ended = handler(drfWire.terminate(url))
    await vi.waitFor(async () => expect(await handler.usage()).toMatchObject({ sessions: { expired: 1 } }))
    expect(await handler.usage()).toMatchObject({ stored: 10 })
    expect((await handler(tusWire.begin({ start: 0, body: fileOf(1), size: 10, last: false }))).status).toBe(507)
    remove()
    expect((await ended).status).toBe(204)
    expect((await begin(drfWire, 10, handler)).status).toBe(200)
  })

  test('by another file of its name counts no more', async () => {
    const files = { names: 'keep', existing: 'overwrite' } as const
    const { handler } = serve({ totalBytes: 20 }, { files })
    for (let count = 0; count < 5; count += 1) {
      const url = await drfWire.locate(await begin(drfWire, 10, handler))
      expect((await handler(finishRequest(url, { md5: md5(fileOf(10)) }))).status).toBe(200)
      expect(await handler.usage()).toMatchObject({ stored: 10, sessions: { complete: 1, expired: count } })
    }
  })
})

test('the methods of a store may be those of its class', async () => {
  const store = Object.create(memoryStore()) as UploadStore
  const { handler } = serve({ openUploads: 1 }, { store })
  const url = await drfWire.locate(await begin(drfWire, 10, handler))
  expect((await handler(finishRequest(url, { md5: md5(fileOf(10)) }))).status).toBe(200)
})

test('a limit of the whole list is not for who only looks', async () => {
  const { handler } = serve({ openUploads: 1 })
  await begin(drfWire, 100, handler)
  expect((await handler(new Request(base))).status).toBe(200)
})
