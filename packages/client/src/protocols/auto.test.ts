import { createFaultServer } from '@chunkwise/testing'
import { expect, test } from 'vitest'
import { bytesOf, C, fileOf, reached } from '../../test/rig.ts'
import { facts, reply, scripted } from '../../test/scripted.ts'
import type { ContractServer } from '../../test/steps.ts'
import { visits, type Visits } from '../../test/visits.ts'
import { auto } from './auto.ts'

const endpoint = 'https://files.example/api/uploads/'
const drf = JSON.stringify({ parses: ['multipart/form-data'] })
const hidden = { tus: /^tus-/, ietf: /^(tus|upload)-/, drf: /^(tus|upload)-/ }

/** Our server, showing only one of its dialects to whoever asks. */
function visitsTo(dialect: keyof typeof hidden): Visits {
  return visits({
    endpoint,
    protocol: auto,
    server(clock): ContractServer {
      const server = createFaultServer({ endpoint, clock })
      return {
        async fetch(request) {
          const response = await server.fetch(request)
          if (request.method !== 'OPTIONS' || dialect === 'tus') return response
          const headers = new Headers(response.headers)
          for (const name of response.headers.keys())
            if (hidden[dialect].test(name) && !(dialect === 'ietf' && name === 'upload-limit')) headers.delete(name)
          return new Response(await response.text(), { status: 200, headers })
        },
        finished: async () => Promise.all((await server.sessions()).map(({ id }) => server.bytes(id))),
        forget: async () => {},
        signIn: () => {},
      }
    },
  })
}

test.each([
  ['tus', 'HEAD'],
  ['ietf', 'HEAD'],
  ['drf', 'GET'],
] as const)('a server that speaks %s is asked once, and has its file', async (dialect, question) => {
  const { visit, end, network, server } = visitsTo(dialect)
  const { uploader } = visit()
  const states = await Promise.all([1, 2].map((seed) => end(uploader.add(fileOf(3 * C, `film-${seed}.mp4`, seed)))))
  for (const state of states) expect(state).toMatchObject({ status: 'completed', verified: true })
  expect(network.log.filter((line) => line.startsWith('OPTIONS'))).toHaveLength(1)
  expect(network.log.filter((line) => line.startsWith(question))).toEqual([])
  const stored = (await server.finished()).map((bytes) => Buffer.from(bytes))
  for (const seed of [1, 2]) expect(stored.some((bytes) => bytes.equals(bytesOf(3 * C, seed)))).toBe(true)
})

test.each(['tus', 'ietf', 'drf'] as const)(
  'after a reload an upload goes on as it was begun, unasked: %s',
  async (dialect) => {
    const { clock, visit, end, network, server } = visitsTo(dialect)
    const page = visit()
    const upload = page.uploader.add(fileOf(3 * C))
    await clock.run(
      reached(
        upload,
        ({ offset }) => offset >= 2 * C,
        () => page.close(),
      ),
    )
    const before = network.log.length
    const [left] = await clock.run(visit().uploader.restore())
    left?.choose(fileOf(3 * C))
    expect(left && (await end(left))).toMatchObject({ status: 'completed', verified: true })
    expect(network.log.slice(before).filter((line) => line.startsWith('OPTIONS'))).toEqual([])
    expect(Buffer.from((await server.finished())[0] ?? []).equals(bytesOf(3 * C))).toBe(true)
  },
)

test('who speaks none of them is told so; who did not answer is asked again', async () => {
  const { tools } = scripted(endpoint, [reply(503), reply(200), reply(200)])
  const protocol = auto()
  await expect(protocol.create(facts, undefined, tools)).rejects.toMatchObject({ code: 'server' })
  const create = protocol.create(facts, undefined, tools)
  await expect(create).rejects.toMatchObject({ code: 'rejected' })
  await expect(create).rejects.toThrow(`the server at ${endpoint} speaks none of tus`)
})

test('a file without bytes is refused where the server takes none', async () => {
  const { tools } = scripted(endpoint, [reply(200, {}, drf)])
  await expect(auto().create({ ...facts, size: 0 }, undefined, tools)).rejects.toMatchObject({ code: 'empty-file' })
})

test('a session that is not its own is gone', async () => {
  const { tools } = scripted(endpoint, [])
  for (const session of [{}, { speaks: { protocol: 'ftp' }, inner: {} }, { speaks: { protocol: 'ietf' } }])
    await expect(auto().offset(session, facts, tools)).rejects.toMatchObject({ code: 'gone' })
})
