import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { expectNothingElse, expectRepairable, expectStored, makeFolder } from '../support/folder.ts'
import { chanceOf } from '../../../packages/client/test/model/chance.ts'
import { chanceOfTest } from '../support/random.ts'
import { startServer } from '../support/server.ts'
import { carryOn, endUpload, newUpload, type Upload } from '../support/upload.ts'
import { wires } from '../support/wires.ts'

/** `FAULT_KILLS=1000` for a long run. */
const kills = Number(process.env['FAULT_KILLS'] ?? 200)
/** Uploads at once. */
const places = 6

/** What a client sees when the server dies: no answer, or one that ends too early. */
const cutOff = { name: 'TypeError', message: expect.stringMatching(/^(?:fetch failed|terminated)$/) }

/** Lets one server after another take uploads in a folder, kills each of them, and looks at what the next one finds. */
async function killAgainAndAgain(seed: number, kills: number): Promise<void> {
  const random = chanceOf(seed)
  const dir = await makeFolder()
  let made = 0
  const begin = (): Upload => {
    const wire = wires[made % wires.length] ?? expect.unreachable()
    made += 1
    const size = 1 + Math.floor(random() * 300_000)
    return newUpload(wire, `${seed} ${made}`, size, 20_000 + Math.floor(random() * 80_000))
  }
  const running = Array.from({ length: places }, begin)

  /** Takes an upload on to its very end, from wherever the server before has left it. */
  async function live(upload: Upload, endpoint: string, onAcked?: () => void): Promise<void> {
    if (!upload.ended) {
      await carryOn(upload, endpoint, onAcked)
      await expectStored(dir, upload)
    }
    await endUpload(upload, endpoint)
  }

  for (let kill = 0; kill < kills; kill += 1) {
    const server = await startServer({ dir })
    // By what was done rather than by time, so that a busy machine sees the same things happen; each upload begins by asking.
    let left = Math.floor(random() * 40)
    const work = new AbortController()
    const enough = once(work.signal, 'abort')
    const onAcked = (): void => {
      left -= 1
      if (left <= 0) work.abort()
    }
    const works = running.map(async (_, place) => {
      for (;;) {
        await live(running[place] ?? expect.unreachable(), server.endpoint, onAcked)
        running[place] = begin()
      }
    })
    const ended = Promise.allSettled(works)
    await Promise.race([enough, ...works])
    await setTimeout(random() * 5)
    await server.kill()
    for (const end of await ended) expect(end).toMatchObject({ reason: cutOff })
    if (kill % 10 === 0) await expectRepairable(dir)
  }
  expect(made).toBeGreaterThan(places + kills / 10)
  const server = await startServer({ dir })
  for (const upload of running) await live(upload, server.endpoint)
  await expectNothingElse(dir, server)
}

test(
  'F08 S12 I03 I14 a server that is killed at random, again and again, loses nothing that was acknowledged',
  async () => {
    const { seed } = chanceOfTest()
    // Two at once, since there is more than one processor.
    await Promise.all([seed, seed + 1].map((own) => killAgainAndAgain(own, kills / 2)))
  },
  60_000 + kills * 2000,
)
