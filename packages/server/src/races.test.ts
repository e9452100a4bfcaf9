import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fileOf } from './dialects/fixtures/drf-client.ts'
import { storedAt, wires, type Piece } from './dialects/fixtures/wires.ts'
import { createUploadHandler } from './handler.ts'
import type { ByteSource, UploadStore } from './store.ts'
import { memoryStore } from './stores/memory.ts'

const file = fileOf(30)
const piece = (start: number, end: number): Piece => ({
  start,
  body: file.slice(start, end),
  size: 30,
  last: end === 30,
})

/** A store whose every step is done when the scheduler says so. */
function scheduled(store: UploadStore, scheduler: fc.Scheduler): UploadStore {
  const turn = scheduler.scheduleFunction(async (_step: string) => {})
  const take =
    <Args extends unknown[], Result>(step: string, work: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      await turn(step)
      return work(...args)
    }
  return {
    ...store,
    async *list() {
      for await (const record of store.list()) {
        await turn('list')
        yield record
      }
    },
    read: take('read', store.read),
    readKey: take('readKey', store.readKey),
    commit: take('commit', store.commit),
    publish: take('publish', store.publish),
    remove: take('remove', store.remove),
    async writer(record) {
      await turn('open')
      const writer = await store.writer(record)
      return {
        get end() {
          return writer.end
        },
        write: take('write', async (position: number, source: ByteSource) => writer.write(position, source)),
        commit: take('commit', writer.commit),
        close: take('close', writer.close),
      }
    },
  }
}

type Deed = 'append' | 'finish' | 'ask' | 'terminate' | 'sweep'

describe.each(wires)('$name', (wire) => {
  test('S15 S17 I13 in whatever order the steps of requests and sweeps fall, bytes are right and the end comes once', async () => {
    const deed = fc.constantFrom<Deed>('append', 'append', 'finish', 'finish', 'ask', 'sweep', 'terminate')
    // What comes at once; the second crowd finds what the first one has left.
    const crowd = fc.array(deed, { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), crowd, crowd, async (scheduler, ...crowds) => {
        const plain = memoryStore()
        const clock = { now: 0 }
        const told: string[] = []
        const faults: unknown[] = []
        const handler = createUploadHandler({
          store: scheduled(plain, scheduler),
          now: () => clock.now,
          lifetimeMs: 1000,
          onComplete: ({ session }) => void told.push(session.id),
          onError: (error) => faults.push(error),
        })
        const begun = await scheduler.waitFor(handler(wire.begin(piece(0, 20))))
        const url = await wire.locate(begun)
        const [id = ''] = /[0-9a-f-]{36}/.exec(url) ?? []
        let taken = 0
        let terminated = false

        async function perform(wanted: Deed): Promise<void> {
          if (wanted === 'sweep') {
            clock.now += 600
            await handler.sweep()
          } else if (wanted === 'ask') await handler(wire.ask(url))
          else if (wanted === 'terminate') {
            terminated = true
            await handler(wire.terminate(url))
          } else if (wanted === 'append') {
            if ((await handler(wire.append(url, piece(20, 30)))).ok) taken += 1
          } else if (wire.finish) await handler(wire.finish(url, file))
        }

        for (const deeds of crowds) await scheduler.waitFor(Promise.all(deeds.map(perform)))
        expect(faults).toEqual([])
        expect(taken).toBeLessThanOrEqual(1)
        expect(told.length).toBeLessThanOrEqual(taken)
        const session = await plain.read(id)
        // A finished upload is never swept.
        if (told.length === 1 && !terminated) expect(session?.status).toBe('complete')
        if (!session) return
        expect([session.offset, session.status]).toEqual([
          20 + 10 * taken,
          told.length === 1 ? 'complete' : 'uploading',
        ])
        expect(await scheduler.waitFor(storedAt(handler, url, plain))).toEqual(file.slice(0, session.offset))
      }),
      { numRuns: 150 },
    )
  })
})
