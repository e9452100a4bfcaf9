import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { expectNothingElse, expectStored, makeFolder } from '../support/folder.ts'
import { startServer } from '../support/server.ts'
import { addressOf, carryOn, newUpload } from '../support/upload.ts'
import { wires, type Answer, type Wire } from '../support/wires.ts'

const size = 60_000
const chunkSize = 20_000
const crowd = 50

const together = <T>(work: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: crowd }, (_, index) => work(index)))

async function begin(wire: Wire) {
  const dir = await makeFolder()
  const finished = join(await makeFolder(), 'finished')
  const server = await startServer({ dir, finished })
  const upload = newUpload(wire, 'at once', size, chunkSize)
  const piece = (offset: number, end = offset + chunkSize) => ({ offset, body: upload.file.slice(offset, end), size })
  const learn = ({ url }: Answer): string => {
    upload.id = url?.split('/').at(-2)
    return addressOf(upload, server.endpoint)
  }
  /** How often the host was told of the finished file. */
  const told = async (): Promise<number> => (await readFile(finished, 'utf8')).split('\n').filter(Boolean).length
  /** The upload ends whole, and everything that was taken for it was given back. */
  const end = async (): Promise<void> => {
    await carryOn(upload, server.endpoint)
    await expectStored(dir, upload)
    expect(await told()).toBe(1)
    await expectNothingElse(dir, server, [upload])
    expect(await server.look()).toMatchObject({ locks: 0, faults: [] })
  }
  return { dir, server, upload, piece, learn, told, end }
}

/** What each dialect says to one who came too late: he is locked out, or learns where the server stands. */
const isUsable = ({ name }: Wire, { status, offset }: Answer, stands: number): boolean =>
  status === 423 || (status === (name === 'drf' ? 400 : 409) && offset === stands)

describe.each(wires)('$name, fifty at once', (wire) => {
  test('S15 F04 chunks for one place: one is taken, the others can go on from what they are told', async () => {
    const { server, upload, piece, learn, end } = await begin(wire)
    const url = learn(await wire.create(server.endpoint, upload.key, piece(0)))
    const answers = await together(() => wire.append(url, piece(chunkSize)))
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
    expect(answers.filter((answer) => !answer.ok && !isUsable(wire, answer, 2 * chunkSize))).toEqual([])
    expect((await wire.ask(url)).offset).toBe(2 * chunkSize)
    await end()
  })

  test('S15 F03 F33 creations under one key: one upload', async () => {
    const { server, upload, piece, learn, end } = await begin(wire)
    const answers = await together(() => wire.create(server.endpoint, upload.key, piece(0)))
    const [first = expect.unreachable(), ...others] = answers.filter(({ ok }) => ok)
    expect(answers.filter(({ ok, status }) => !ok && status !== 423)).toEqual([])
    expect(new Set(others.map(({ url }) => url)).size).toBeLessThanOrEqual(1)
    const url = learn(first)
    expect((await wire.ask(url)).offset).toBe(chunkSize)
    await end()
  })

  test('S17 I13 last chunks and finishes: the host is told once', async () => {
    const { server, upload, piece, learn, end, told } = await begin(wire)
    const url = learn(await wire.create(server.endpoint, upload.key, piece(0, 2 * chunkSize)))
    await together(() => wire.append(url, piece(2 * chunkSize)))
    const finishes = await together(() => wire.finish(url, { size, md5: upload.md5 }))
    expect(finishes.filter(({ status }) => status >= 500)).toEqual([])
    expect(await wire.ask(url)).toMatchObject({ ok: true, complete: true })
    expect(await told()).toBe(1)
    await end()
  })

  test('S17 S33 finishes, chunks and endings against each other: whole and told once, or gone', async () => {
    const { dir, server, upload, piece, learn, told } = await begin(wire)
    const url = learn(await wire.create(server.endpoint, upload.key, piece(0, 2 * chunkSize)))
    const answers = await together((index) => {
      if (index === crowd / 2) return wire.terminate(url)
      return index % 2 === 0 ? wire.append(url, piece(2 * chunkSize)) : wire.finish(url, { size, md5: upload.md5 })
    })
    expect(answers.filter(({ status }) => status >= 500)).toEqual([])
    expect(answers[crowd / 2]?.status).toBe(204)
    expect((await wire.ask(url)).status).toBe(404)
    expect(await told().catch(() => 0)).toBeLessThanOrEqual(1)
    await expectNothingElse(dir, server)
    expect(await server.look()).toMatchObject({ locks: 0, faults: [] })
  })
})
