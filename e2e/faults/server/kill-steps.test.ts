import { describe, expect, test } from 'vitest'
import { expectNothingElse, expectRepairable, expectStored, makeFolder } from '../support/folder.ts'
import { startServer, type Server } from '../support/server.ts'
import { attach, canTrace } from '../support/strace.ts'
import { carryOn, endUpload, newUpload, type Upload } from '../support/upload.ts'
import { wires } from '../support/wires.ts'

// Two writes to the disk for the first chunk, and a last chunk that is short.
const size = 1_300_000
const chunkSize = 1_200_000

/** A call of the thread that works with files: the `count`-th one of this name. */
interface Call {
  readonly name: string
  readonly count: number
}

/**
 * The calls to die at, of all that were made: the first one after each that changed something on the disk. Only `write` is
 * no place to die at: the thread wakes others by it too, and not always as often.
 */
function placesToDie(lines: readonly string[], dir: string): Call[] {
  const counts = new Map<string, number>()
  const places: Call[] = []
  let changed = true
  for (const line of lines) {
    const [, name = ''] = /^(?:\[pid +\d+\] )?(\w+)\(/.exec(line) ?? []
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    if (!line.includes(dir)) continue
    if (changed && name !== 'write') {
      places.push({ name, count })
      changed = false
    }
    changed ||= name !== 'statx' && (name !== 'openat' || line.includes('O_CREAT'))
  }
  return places
}

/** Takes an upload through its whole life: from wherever it stands to its end, and then away. */
async function live(upload: Upload, { endpoint }: Server, dir: string): Promise<void> {
  if (!upload.ended) {
    await carryOn(upload, endpoint)
    await expectStored(dir, upload)
  }
  await endUpload(upload, endpoint)
}

/** What the upload that a test makes calls the disk for. */
async function trace(server: Server, upload: Upload, dir: string): Promise<readonly string[]> {
  const tracer = await attach(server)
  await live(upload, server, dir)
  return tracer.detach()
}

/** Lets the server die in the middle of an upload, and another one go on. */
async function dieAndGoOn(server: Server, upload: Upload, { name, count }: Call, dir: string): Promise<Server> {
  await attach(server, `${name}:signal=SIGKILL:when=${count}`)
  await expect(live(upload, server, dir), `${name} ${count}`).rejects.toThrow('fetch failed')
  expect(await server.gone).toBe('SIGKILL')
  await expectRepairable(dir)
  const next = await startServer({ dir })
  await live(upload, next, dir)
  return next
}

describe.skipIf(!canTrace())('F08 S12 S17 S34 I03 I14 killed at each call to the disk', () => {
  test.each(wires)(
    '$name: an upload goes on where it was acknowledged, ends whole, and nothing is left over',
    async (wire) => {
      const dir = await makeFolder()
      let server = await startServer({ dir })
      // What a server does once in its life is done by the first one.
      await live(newUpload(wire, 'first', size, chunkSize), server, dir)
      const places = placesToDie(await trace(server, newUpload(wire, 'traced', size, chunkSize), dir), dir)
      expect(places.length).toBeGreaterThan(20)
      for (const [at, place] of places.entries())
        server = await dieAndGoOn(server, newUpload(wire, String(at), size, chunkSize), place, dir)
      await expectNothingElse(dir, server)
    },
    120_000,
  )

  test('the first upload of an empty folder is no exception', async () => {
    const [wire = expect.unreachable()] = wires
    const first = await makeFolder()
    const lines = await trace(await startServer({ dir: first }), newUpload(wire, 'traced', 1000, 1000), first)
    const begun = lines.findIndex((line) => line.includes('.part'))
    const places = placesToDie(lines.slice(0, begun), first)
    expect(places.length).toBeGreaterThan(4)
    for (const place of places) {
      const dir = await makeFolder()
      const next = await dieAndGoOn(await startServer({ dir }), newUpload(wire, 'first', 1000, 1000), place, dir)
      await expectNothingElse(dir, next)
    }
  }, 60_000)
})
