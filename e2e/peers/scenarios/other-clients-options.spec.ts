import { chunks } from '../../support/request-log.ts'
import { type ClientName, clientNames } from '../clients/clients.ts'
import { expect, MiB, scenario, untilSuccess } from '../clients/scenario.ts'
import type { Elsewhere } from '../sheets.ts'

// What clients can do, one thing each.

const size = 6 * MiB
const chunkSize = 2 * MiB

const tuspy = 'tuspy 1.1.0'
const notInTuspy: Elsewhere<ClientName> = { [tuspy]: 'has no such option' }
const released = 'tus-js-client 4.3.1, Node'

/** Nowhere but there. */
const only = (where: ClientName, why: string): Elsewhere<ClientName> =>
  Object.fromEntries(clientNames.filter((name) => name !== where).map((name) => [name, why]))

scenario('upload', {}, async ({ server, newFile, begin }) => {
  const file = await newFile(size)
  await untilSuccess(await begin(file), file, server)
  expect(chunks(server.network.log)).toHaveLength(1)
})

scenario('in chunks', {}, async ({ server, newFile, begin }) => {
  const file = await newFile(size)
  await untilSuccess(await begin(file, { options: { chunkSize } }), file, server)
  expect(chunks(server.network.log).map(({ range }) => range?.start)).toEqual([0, chunkSize, 2 * chunkSize])
})

scenario('a file of 0 bytes', {}, async ({ server, newFile, begin }) => {
  const file = await newFile(0)
  await untilSuccess(await begin(file), file, server)
})

scenario('a name that is not ASCII', {}, async ({ server, newFile, begin }) => {
  const file = await newFile(MiB, 'süd, 東 = 🎬.mp4')
  await untilSuccess(await begin(file), file, server)
})

scenario('three parts at once', { elsewhere: notInTuspy }, async ({ server, newFile, begin }) => {
  const file = await newFile(size)
  await untilSuccess(await begin(file, { options: { parallelUploads: 3, chunkSize: MiB } }), file, server)
  const creations = server.network.log.filter(({ method }) => method === 'POST')
  const kinds = creations.map(({ headers }) => headers.get('upload-concat')?.split(';')[0])
  expect(kinds).toEqual(['partial', 'partial', 'partial', 'final'])
})

scenario('first bytes in the creation', { elsewhere: notInTuspy }, async ({ server, newFile, begin }) => {
  const file = await newFile(size)
  const options = { uploadDataDuringCreation: true, chunkSize }
  await untilSuccess(await begin(file, { options }), file, server)
  expect(chunks(server.network.log).map(({ method }) => method)).toEqual(['POST', 'PATCH', 'PATCH'])
})

scenario('length told at the end', { elsewhere: notInTuspy }, async ({ server, newFile, begin }) => {
  const file = await newFile(size)
  const options = { uploadLengthDeferred: true, chunkSize }
  await untilSuccess(await begin(file, { options, stream: true }), file, server)
  const [creation] = server.network.log.filter(({ method }) => method === 'POST')
  expect(creation?.headers.get('upload-defer-length')).toBe('1')
})

scenario('POST instead of PATCH', { elsewhere: notInTuspy }, async ({ server, newFile, begin }) => {
  const file = await newFile(size)
  await untilSuccess(await begin(file, { options: { overridePatchMethod: true } }), file, server)
  const meant = chunks(server.network.log).map(({ method, headers }) => [method, headers.get('x-http-method-override')])
  expect(meant).toEqual([['POST', 'PATCH']])
})

scenario('ids of requests', { elsewhere: notInTuspy }, async ({ server, newFile, begin }) => {
  const file = await newFile(size)
  await untilSuccess(await begin(file, { options: { addRequestId: true } }), file, server)
  const asked = server.network.log.filter(({ method }) => method !== 'OPTIONS')
  const ids = asked.flatMap(({ headers }) => headers.get('x-request-id') ?? [])
  expect(new Set(ids).size).toBe(asked.length)
})

for (const [protocol, version] of [
  ['ietf-draft-03', '5'],
  ['ietf-draft-05', '6'],
] as const)
  scenario(
    protocol,
    {
      elsewhere: notInTuspy,
      remarks: {
        [released]:
          'says of the last chunk of a file that it reads by itself that more will come: all bytes arrive, and the upload is never finished',
      },
    },
    async ({ client, server, newFile, begin }) => {
      const file = await newFile(size)
      const run = await begin(file, { options: { protocol, chunkSize } })
      if (client === released) {
        expect(await run.outcome()).toEqual(['success'])
        expect(await server.sessions()).toMatchObject([{ status: 'uploading', offset: size }])
      } else await untilSuccess(run, file, server)
      const said = chunks(server.network.log).map(({ headers }) => [
        headers.get('upload-draft-interop-version'),
        headers.get('upload-complete'),
      ])
      expect(said).toEqual([
        [version, '?0'],
        [version, '?0'],
        [version, client === released ? '?0' : '?1'],
      ])
    },
  )

scenario(
  'a chunk damaged on its way',
  { elsewhere: only(tuspy, 'sends no checksums') },
  async ({ server, newFile, begin }) => {
    const file = await newFile(size)
    server.network.damageAt(3 * MiB)
    await untilSuccess(await begin(file, { options: { chunkSize }, checksums: true }), file, server)
    expect(chunks(server.network.log).map(({ status }) => status)).toEqual([204, 460, 204, 204])
  },
)

scenario('a file that is too large', {}, async ({ server, newFile, begin }) => {
  const file = await newFile(size)
  server.maxSize = size - 1
  const run = await begin(file)
  expect(await run.outcome()).toEqual([expect.stringMatching(/^error: .*413/s)])
  expect(await server.sessions()).toEqual([])
})
