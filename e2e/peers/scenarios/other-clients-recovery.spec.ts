import type { DiskFile } from '../../support/files.ts'
import { bytesSentAgain, chunks, uploadsIn } from '../../support/request-log.ts'
import { untilHeld } from '../../support/upload-page.ts'
import type { ClientName } from '../clients/clients.ts'
import type { OurServer } from '../clients/our-server.ts'
import type { Run } from '../clients/run.ts'
import { expect, expectWhole, MiB, scenario, type Stage, untilSuccess } from '../clients/scenario.ts'
import type { Elsewhere } from '../sheets.ts'

// How clients go on after something went wrong, with chunks of 2 MiB of 6.

const size = 6 * MiB
const options = { chunkSize: 2 * MiB }
/** In the second chunk. */
const middle = 3 * MiB
const lifetimeMs = 86_400_000

const tuspy = 'tuspy 1.1.0'
const notInTuspy: Elsewhere<ClientName> = { [tuspy]: 'knows neither a pause nor a termination' }

const twofold = 'calls the upload, begun anew, a success, and then an error as well'
const toTheApp = 'fails, and leaves it to the app to begin anew'
const beginsAnew: Elsewhere<ClientName> = {
  'tus-js-client 5.0.0-pre2, Node': twofold,
  'tus-js-client 5.0.0-pre2, Chromium': twofold,
  [tuspy]: toTheApp,
}

const givesUp: Elsewhere<ClientName> = {
  'tus-js-client 5.0.0-pre2, Chromium':
    'fails instead of trying again, since it does not take what the browser says of a lost connection for an error; begun again, it goes on',
}

/** Waits until a client that has lost its connection has sent the rest, or has failed as it does and is begun again. */
async function untilBack({ client, server, begin }: Stage, run: Run, file: DiskFile): Promise<void> {
  if (givesUp[client] === undefined) return untilSuccess(run, file, server)
  expect(await run.outcome()).toEqual([expect.stringContaining('ProgressEvent')])
  await untilSuccess(await begin(file, { options }), file, server)
}

/** Waits until a client has sent a file anew that the server does not know any more, or has failed as it does. */
async function untilAnew({ client, server }: Stage, run: Run, file: DiskFile): Promise<void> {
  const said = beginsAnew[client]
  if (said === toTheApp) {
    expect(await run.outcome()).toEqual([expect.stringContaining('retrieve offset fails')])
    return
  }
  const more = said === twofold ? [expect.stringContaining('missing Upload-Offset')] : []
  expect(await run.outcome()).toEqual(['success', ...more])
  await expectWhole(file, server)
}

/** Looks whether the server was asked how far it is, at least so far, and got the bytes from there. */
function expectGoneOn({ network: { log } }: OurServer, least: number): void {
  const [asked, ...others] = log.filter(({ method }) => method === 'HEAD')
  expect(others).toEqual([])
  expect(asked?.offset).toBeGreaterThanOrEqual(least)
  const further = chunks(log).filter(({ began }) => began > (asked?.answered ?? Infinity))
  expect(further[0]?.range?.start).toBe(asked?.offset)
  expect(bytesSentAgain(log)).toBe(0)
  expect(uploadsIn(log)).toBe(1)
}

scenario('pause in mid-chunk, resume', { elsewhere: notInTuspy }, async ({ server, newFile, begin }) => {
  const file = await newFile(size)
  const hold = server.network.holdAt(middle)
  const run = await begin(file, { options })
  await untilHeld(hold)
  await run.order('pause')
  hold.release()
  await run.order('resume')
  await untilSuccess(run, file, server)
  expectGoneOn(server, options.chunkSize + 1)
})

scenario('page or process gone in mid-chunk, another one goes on', {}, async ({ server, newFile, begin }) => {
  const file = await newFile(size)
  const hold = server.network.holdAt(middle)
  const run = await begin(file, { options })
  await untilHeld(hold)
  await run.leave()
  hold.release()
  await untilSuccess(await begin(file, { options }), file, server)
  expectGoneOn(server, options.chunkSize + 1)
})

scenario('terminated in mid-chunk', { elsewhere: notInTuspy }, async ({ server, newFile, begin }) => {
  const hold = server.network.holdAt(middle)
  const run = await begin(await newFile(size), { options })
  await untilHeld(hold)
  await run.order('terminate')
  await expect.poll(() => server.sessions()).toEqual([])
  expect(await server.kept()).toEqual([])
})

scenario('connection cut in mid-chunk', { remarks: givesUp }, async (stage) => {
  const { server, newFile, begin } = stage
  const file = await newFile(size)
  server.network.cutAt(middle)
  await untilBack(stage, await begin(file, { options }), file)
  expectGoneOn(server, options.chunkSize)
})

scenario('answer to a chunk lost', { remarks: givesUp }, async (stage) => {
  const { server, newFile, begin } = stage
  const file = await newFile(size)
  const hold = server.network.holdAt(middle)
  const run = await begin(file, { options })
  await untilHeld(hold)
  server.network.loseAnswerTo('PATCH')
  hold.release()
  await untilBack(stage, run, file)
  expectGoneOn(server, 2 * options.chunkSize)
})

scenario('answer to the last chunk lost', { remarks: givesUp }, async (stage) => {
  const { server, newFile, begin } = stage
  const file = await newFile(size)
  const hold = server.network.holdAt(size - MiB)
  const run = await begin(file, { options })
  await untilHeld(hold)
  server.network.loseAnswerTo('PATCH')
  hold.release()
  await untilBack(stage, run, file)
  expect(uploadsIn(server.network.log)).toBe(1)
})

scenario('a chunk that came twice (409)', {}, async ({ server, newFile, begin }) => {
  const file = await newFile(size)
  server.network.sendTwiceAt(0, 'in a row')
  await untilSuccess(await begin(file, { options }), file, server)
  expect(chunks(server.network.log)[0]?.status).toBe(409)
  expectGoneOn(server, options.chunkSize)
})

scenario('somebody else writes (423)', {}, async ({ server, newFile, begin }) => {
  const file = await newFile(size)
  server.locked = 1
  await untilSuccess(await begin(file, { options }), file, server)
  expect(chunks(server.network.log).map(({ status }) => status)).toEqual([204, 423, 204, 204])
  expect(uploadsIn(server.network.log)).toBe(1)
})

scenario('the host fails to take the file, once (500)', {}, async ({ server, newFile, begin }) => {
  const file = await newFile(size)
  server.hostFailures = 1
  await untilSuccess(await begin(file, { options }), file, server)
  expect(chunks(server.network.log).map(({ status }) => status)).toContain(500)
  expect(uploadsIn(server.network.log)).toBe(1)
})

scenario('expired meanwhile (410)', { remarks: beginsAnew }, async (stage) => {
  const { server, newFile, begin } = stage
  const file = await newFile(size)
  const hold = server.network.holdAt(middle)
  const run = await begin(file, { options })
  await untilHeld(hold)
  await run.leave()
  hold.release()
  await server.still()
  server.aheadMs = 2 * lifetimeMs
  await untilAnew(stage, await begin(file, { options }), file)
  expect(server.network.log.find(({ method }) => method === 'HEAD')?.status).toBe(410)
})

scenario('unknown to the server (404)', { remarks: beginsAnew }, async (stage) => {
  const { server, newFile, begin } = stage
  const file = await newFile(size)
  const uploadUrl = `${server.endpoint}0f8fad5b-d9cb-469f-a165-70867728950e/`
  await untilAnew(stage, await begin(file, { options: { ...options, uploadUrl } }), file)
  expect(server.network.log.find(({ method }) => method === 'HEAD')?.status).toBe(404)
})
