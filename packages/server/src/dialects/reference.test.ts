import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createUploadHandler, type UploadHandler } from '../handler.ts'
import type { UploadStore } from '../store.ts'
import { diskStore } from '../stores/disk.ts'
import { memoryStore } from '../stores/memory.ts'
import { fileOf } from './fixtures/drf-client.ts'
import { plainServer, type Said } from './fixtures/plain-server.ts'
import { storedAt, wires, type Wire } from './fixtures/wires.ts'

type Bytes = Uint8Array<ArrayBuffer>

/** What clients and time can do to a server; `which` picks one of the uploads that there were. */
type Command =
  | { readonly to: 'create'; readonly key: number }
  /** `off`: how far from where the server stands. */
  | { readonly to: 'append'; readonly which: number; readonly off: number; readonly count: number }
  | { readonly to: 'finish'; readonly which: number; readonly right: boolean }
  | { readonly to: 'terminate'; readonly which: number }
  | { readonly to: 'expire' }
  | { readonly to: 'restart' }

const which = fc.nat(3)
const count = fc.integer({ min: 1, max: 20 })
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ to: fc.constant('create' as const), key: fc.nat(3) }) },
  {
    weight: 6,
    arbitrary: fc.record({ to: fc.constant('append' as const), which, off: fc.constantFrom(0, 0, 0, -1, 1, 7), count }),
  },
  { weight: 3, arbitrary: fc.record({ to: fc.constant('finish' as const), which, right: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ to: fc.constant('terminate' as const), which }) },
  { weight: 1, arbitrary: fc.record({ to: fc.constant('expire' as const) }) },
  { weight: 1, arbitrary: fc.record({ to: fc.constant('restart' as const) }) },
)
const commands = fc.array(command, { maxLength: 30 })

/** What each key stands for, since the same key means the same request: bytes of the file, and in its creation. */
const keys = [
  { size: 1, first: 1 },
  { size: 13, first: 5 },
  { size: 20, first: 20 },
  { size: 40, first: 11 },
] as const

/** Where a session may go from where it was (I13). */
const ways: Readonly<Record<string, readonly string[]>> = {
  uploading: ['uploading', 'complete'],
  complete: ['complete'],
}

/** Plays commands to the handler and to the plain server, and compares all that they say. */
async function play(wire: Wire, open: () => UploadStore, played: readonly Command[]): Promise<void> {
  const clock = { now: 0 }
  const serve = (): UploadHandler =>
    createUploadHandler({
      store,
      now: () => clock.now,
      lifetimeMs: 1000,
      onError: (error) => {
        throw error
      },
    })
  let store = open()
  let handler = serve()
  const plain = plainServer(wire.finish !== undefined)
  const urls: string[] = []
  const files: Bytes[] = []
  const statuses = new Map<string, string>()

  /** What is told at all must be what the plain server says. */
  async function agree(response: Response, said: Said): Promise<void> {
    const { status, ok } = response
    expect(status === 404 || status === 410).toBe(said === 'gone')
    if (said === 'gone') return
    expect(ok).toBe(said.ok)
    expect(ok ? [said.offset] : [said.offset, undefined]).toContain(await wire.offset(response))
  }

  async function create(key: number): Promise<void> {
    const { size, first } = keys[key] ?? expect.unreachable()
    const file = fileOf(size)
    const body = file.slice(0, first)
    const upload = plain.create(String(key), size, [...body])
    const response = await handler(wire.begin({ start: 0, body, size, last: body.length === size, key: `key-${key}` }))
    urls[upload] ??= await wire.locate(response)
    files[upload] = file
    expect(await wire.locate(response)).toBe(urls[upload])
  }

  async function perform(wanted: Command): Promise<void> {
    if (wanted.to === 'create') return create(wanted.key)
    if (wanted.to === 'expire') {
      clock.now += 1001
      plain.expire()
      await handler.sweep()
      return undefined
    }
    if (wanted.to === 'restart') {
      await handler.close()
      store = open()
      handler = serve()
      return undefined
    }
    const upload = wanted.which % Math.max(1, urls.length)
    const [url, file] = [urls[upload], files[upload]]
    if (url === undefined || file === undefined) return undefined
    const stands = plain.ask(upload)
    if (wanted.to === 'terminate') {
      const { status } = await handler(wire.terminate(url))
      expect(status === 204).toBe(plain.terminate(upload))
    } else if (wanted.to === 'append') {
      const start = Math.max(0, (stands === 'gone' ? 0 : stands.offset) + wanted.off)
      const body = file.slice(start, start + wanted.count)
      // Nothing is left to be sent there.
      if (body.length === 0) return undefined
      const last = start + body.length === file.length
      await agree(
        await handler(wire.append(url, { start, body, size: file.length, last })),
        plain.append(upload, start, [...body]),
      )
    } else if (wire.finish) {
      const proof = wanted.right ? file : Uint8Array.from([...file, 0])
      await agree(await handler(wire.finish(url, proof)), plain.finish(upload, wanted.right))
    }
    return undefined
  }

  try {
    for (const wanted of played) {
      await perform(wanted)
      for (const [upload, url] of urls.entries()) {
        const [asked, said] = [await handler(wire.ask(url)), plain.ask(upload)]
        await agree(asked, said)
        if (said !== 'gone') expect(await wire.isComplete(asked)).toBe(said.complete)
      }
      for (const { id, status } of await handler.sessions.list({ owner: undefined })) {
        expect(ways[statuses.get(id) ?? 'uploading']).toContain(status)
        statuses.set(id, status)
      }
    }
    for (const [upload, url] of urls.entries()) {
      const bytes = plain.bytes(upload)
      if (bytes) expect([...(await storedAt(handler, url, store))]).toEqual(bytes)
    }
  } finally {
    await handler.close()
  }
}

describe.each(wires)('$name', (wire) => {
  test('I13 S33 F33 whatever clients and time do, the server says what the plainest one would say', async () => {
    // A store in memory is the same one after a restart.
    const property = fc.asyncProperty(commands, async (played) => {
      const store = memoryStore()
      await play(wire, () => store, played)
    })
    await fc.assert(property, { numRuns: 150 })
  })

  test('I13 I14 S33 F33 the same with files, over real restarts', async () => {
    const property = fc.asyncProperty(commands, async (played) => {
      const dir = await mkdtemp(join(tmpdir(), 'chunkwise-reference-'))
      try {
        await play(wire, () => diskStore({ dir }), played)
      } finally {
        await rm(dir, { recursive: true, force: true })
      }
    })
    await fc.assert(property, { numRuns: 10 })
  }, 60_000)
})
