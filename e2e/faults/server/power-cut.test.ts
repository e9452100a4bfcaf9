import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Mutant } from '../support/build.ts'
import { expectStored, recordOf } from '../support/folder.ts'
import { canMount, makeDisk, mount, unmount, type Disk } from '../support/image.ts'
import { chanceOfTest } from '../support/random.ts'
import { startServer, type Server } from '../support/server.ts'
import { addressOf, carryOn, newUpload, type Upload } from '../support/upload.ts'
import { wires, type Wire } from '../support/wires.ts'

/** A disk as the power left it, and what the clients had been told until then. */
interface Cut {
  readonly image: string
  readonly uploads: readonly Upload[]
}

/** Takes an upload in each dialect to its end, one after another; after each word of the server the power may have failed. */
async function cutAfterEachAnswer(disk: Disk, server: Server, dialects: readonly Wire[]): Promise<Cut[]> {
  const cuts: Cut[] = []
  const uploads: Upload[] = []
  for (const wire of dialects) {
    const upload = newUpload(wire, wire.name, 250_000, 100_000)
    uploads.push(upload)
    await carryOn(upload, server.endpoint, async () => {
      const told = uploads.map((known) => ({ ...known }))
      cuts.push({ image: await disk.cut(server), uploads: told })
    })
  }
  return cuts
}

/** Takes some uploads to their end at once, while the power may fail at any time. */
async function cutAtRandom(disk: Disk, server: Server): Promise<Cut[]> {
  const { seed, random } = chanceOfTest()
  const cuts: Cut[] = []
  const uploads = [...wires, ...wires].map((wire, index) => newUpload(wire, `${seed} ${index}`, 1_500_000, 200_000))
  let running = true
  const all = Promise.all(uploads.map((upload) => carryOn(upload, server.endpoint))).finally(() => {
    running = false
  })
  // More would only take longer.
  while (running && cuts.length < 12) {
    await setTimeout(random() * 50)
    const told = uploads.map((known) => ({ ...known }))
    cuts.push({ image: await disk.cut(server), uploads: told })
  }
  await all
  return cuts
}

/** What a client misses when the power is back, of what it had been told. What is there goes on to its end. */
async function lossesIn({ image, uploads }: Cut): Promise<string[]> {
  const path = await mount(image)
  const dir = join(path, 'uploads')
  const server = await startServer({ dir })
  const losses: string[] = []
  for (const upload of uploads) {
    const { wire, id, acked, complete, file } = upload
    if (id === undefined) continue
    const { ok, status, offset = 0, ...now } = await wire.ask(addressOf(upload, server.endpoint))
    const found = `${wire.name}: ${acked} bytes were acknowledged, complete: ${complete}; now ${status}, ${offset} bytes`
    if (!ok || offset < acked || (complete && !now.complete)) {
      losses.push(found)
      continue
    }
    const record = await recordOf(dir, upload)
    const stored = await readFile(join(dir, now.complete ? record.complete : record.partial))
    if (!stored.equals(file.subarray(0, offset))) losses.push(`${found} of another file`)
    await carryOn(upload, server.endpoint)
    await expectStored(dir, upload)
  }
  await server.kill()
  await unmount(path)
  return losses
}

async function firstLosses(cuts: readonly Cut[]): Promise<string[]> {
  for (const cut of cuts) {
    const losses = await lossesIn(cut)
    if (losses.length > 0) return losses
  }
  return []
}

const withoutSync = (file: string, text: string, instead = ''): Mutant => ({ file: `stores/${file}`, text, instead })

describe.skipIf(!(await canMount()))('S12 S14 I03 after a power cut', () => {
  test('all that was acknowledged is there, after each answer', async () => {
    const disk = await makeDisk()
    const server = await startServer({ dir: join(disk.path, 'uploads') })
    const cuts = await cutAfterEachAnswer(disk, server, wires)
    await server.kill()
    expect(cuts.length).toBeGreaterThan(10)
    expect(await firstLosses(cuts)).toEqual([])
  }, 60_000)

  test('all that was acknowledged is there, at any time in the middle of six uploads', async () => {
    const disk = await makeDisk()
    const server = await startServer({ dir: join(disk.path, 'uploads') })
    const cuts = await cutAtRandom(disk, server)
    await server.kill()
    expect(await firstLosses(cuts)).toEqual([])
  }, 60_000)

  // What shows that the two above can see: each of these loses something.
  test.each([
    ['a relaxed store', 'relaxed', []],
    ['without the sync of the bytes', 'strict', [withoutSync('disk-writer.ts', 'sync.finish(), ', '')]],
    [
      'without the sync of the record',
      'strict',
      [
        withoutSync(
          'disk-log.ts',
          'await writeAll(file, bytes, end)\n      if (durable) await file.datasync()',
          'await writeAll(file, bytes, end)',
        ),
      ],
    ],
  ] as const)(
    '%s, something is lost',
    async (_name, durability, mutants) => {
      const disk = await makeDisk()
      const server = await startServer({ dir: join(disk.path, 'uploads'), durability }, mutants)
      const cuts = await cutAfterEachAnswer(disk, server, wires.slice(0, 1))
      await server.kill()
      expect(await firstLosses(cuts)).not.toEqual([])
    },
    60_000,
  )
})
