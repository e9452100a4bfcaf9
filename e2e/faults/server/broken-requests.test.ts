import { expect, test } from 'vitest'
import { brokenRequest } from '../support/broken-requests.ts'
import { expectNothingElse, expectStored, makeFolder } from '../support/folder.ts'
import { chanceOfTest } from '../support/random.ts'
import { openSocket } from '../support/raw-socket.ts'
import { startServer, tellsOfProcesses, type Server } from '../support/server.ts'
import { carryOn, endUpload, newUpload } from '../support/upload.ts'
import { wires } from '../support/wires.ts'

const requests = 10_000
const atOnce = 40

/** Sends a request, whole or not, and leaves in one way or the other. */
async function trouble(port: number, text: string, random: () => number): Promise<void> {
  const socket = await openSocket(port)
  const way = random()
  // Many leave in the middle, wherever that is.
  const sent = way < 0.3 ? text.slice(0, Math.floor(random() * text.length)) : text
  socket.write(sent)
  if (way < 0.2) socket.destroy()
  else socket.end()
  await socket.closed
}

/** Ends all uploads that the broken requests have made, by mistake or not; says how much is still to be done. */
async function cleanUp(server: Server): Promise<number> {
  const { locks } = await server.look()
  const list = (await (await fetch(server.endpoint)).json()) as { url: string }[]
  for (const { url } of list) await fetch(url, { method: 'DELETE' })
  return locks + list.length
}

test.skipIf(!tellsOfProcesses)(
  'S10 S21 S22 S37 I16 I19 ten thousand broken requests end no process and leave nothing behind',
  async () => {
    const { seed, random } = chanceOfTest()
    const dir = await makeFolder()
    const server = await startServer({ dir, idleMs: 500 })
    const storm = async (count: number): Promise<void> => {
      const victims = wires.map((wire) => newUpload(wire, `${seed} victim of ${wire.name}`, 100, 10))
      for (const victim of victims)
        await carryOn(victim, server.endpoint, () => Promise.reject(new Error('that is enough'))).catch(() => {})
      let left = count
      const send = async (): Promise<void> => {
        for (; left > 0;) {
          left -= 1
          const { id = '' } = victims[left % victims.length] ?? expect.unreachable()
          await trouble(server.port, brokenRequest(id, random), random)
        }
      }
      await Promise.all(Array.from({ length: atOnce }, send))
      // Requests whose senders have left may still be at work.
      await expect.poll(() => cleanUp(server), { timeout: 20_000 }).toBe(0)
    }
    // What is loaded and grown once is not a leak.
    await storm(requests / 10)
    const base = { descriptors: await server.descriptors(), ...(await server.look()) }
    await storm(requests)
    await expect.poll(() => server.descriptors(), { timeout: 20_000 }).toBeLessThanOrEqual(base.descriptors)
    const after = await server.look()
    expect([after.locks, after.faults]).toEqual([0, []])
    expect(after.heap).toBeLessThan(base.heap + 5_000_000)
    await expectNothingElse(dir, server)
    for (const wire of wires) {
      const upload = newUpload(wire, `${seed} honest`, 300_000, 100_000)
      await carryOn(upload, server.endpoint)
      await expectStored(dir, upload)
      await endUpload(upload, server.endpoint)
    }
  },
  120_000,
)
