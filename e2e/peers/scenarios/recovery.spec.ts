import { bytesSentAgain, uploadsIn } from '../../support/request-log.ts'
import { button, chooseAgain, confirmed, untilHeld, untilStatus, uploadRow } from '../../support/upload-page.ts'
import { beginUpload, untilWhole } from '../judge.ts'
import { nothingBreaksOff } from '../world.ts'
import { everywhere, expect, MiB, scenario } from '../scenario.ts'

const fork = 'm3hrdadfi fork (double)'
const iri = 'django-chunked-uploads (double)'
// Servers of one process: what kills it is a restart.
const names = ['tusd 2.10.0', 'tusd 2.10.0, draft', '@tus/server 2.4.5', 'ours, tus', 'ours, draft', fork, iri]
const single = Object.fromEntries(names.map((name) => [name, 'it is one process: see "server restarted"']))

// It takes what broke off for whole.
const hole = { 'django-tus 0.5.0': 'see "a chunk that broke off"' }

const size = 6 * MiB

everywhere('upload', {}, async ({ world, page, newFile }) => {
  const file = await newFile(size)
  await world.open(page)
  await untilWhole(await beginUpload(page, file), file, world)
  expect(bytesSentAgain(world.network.log)).toBe(0)
})

everywhere('pause in mid-chunk, resume', hole, async ({ world, page, newFile }) => {
  const file = await newFile(size)
  await world.open(page)
  const hold = world.network.holdAt(3.5 * MiB)
  const row = await beginUpload(page, file)
  await untilHeld(hold)
  await button(row, 'Pause').click()
  await untilStatus(row, 'paused')
  hold.release()
  await button(row, 'Resume').click()
  await untilWhole(row, file, world)
  expect(bytesSentAgain(world.network.log)).toBe(0)
  expect(uploadsIn(world.network.log)).toBe(1)
})

everywhere('reload in mid-chunk, choose the file again', hole, async ({ world, page, newFile }) => {
  const file = await newFile(size)
  await world.open(page)
  const hold = world.network.holdAt(3.5 * MiB)
  await beginUpload(page, file)
  await untilHeld(hold)
  await page.reload()
  hold.release()
  const row = uploadRow(page, file)
  await untilStatus(row, 'paused')
  await chooseAgain(row, file)
  await untilWhole(row, file, world)
  expect(bytesSentAgain(world.network.log)).toBe(0)
  expect(uploadsIn(world.network.log)).toBe(1)
})

everywhere('answer lost after a chunk was stored', {}, async ({ world, page, newFile }) => {
  const file = await newFile(size)
  await world.open(page, nothingBreaksOff(world))
  const hold = world.network.holdAt(3.5 * MiB)
  const row = await beginUpload(page, file)
  await untilHeld(hold)
  world.network.loseNextAnswer()
  hold.release()
  await untilWhole(row, file, world)
  expect(uploadsIn(world.network.log)).toBe(1)
})

everywhere('connection cut in mid-chunk', hole, async ({ world, page, newFile }) => {
  const file = await newFile(size)
  await world.open(page)
  world.network.cutAt(3.5 * MiB)
  const row = await beginUpload(page, file)
  await untilWhole(row, file, world)
  expect(uploadsIn(world.network.log)).toBe(1)
})

everywhere('processes of the server killed in mid-chunk', single, async ({ world, page, newFile }) => {
  const file = await newFile(size)
  await world.open(page, nothingBreaksOff(world))
  const hold = world.network.holdAt(3.5 * MiB)
  const row = await beginUpload(page, file)
  await untilHeld(hold)
  await world.running.killWorkers?.()
  hold.release()
  await untilWhole(row, file, world)
  expect(uploadsIn(world.network.log)).toBe(1)
})

everywhere('server restarted in mid-chunk', {}, async ({ world, page, newFile }) => {
  const file = await newFile(size)
  await world.open(page, nothingBreaksOff(world))
  const hold = world.network.holdAt(3.5 * MiB)
  const row = await beginUpload(page, file)
  await untilHeld(hold)
  expect(await confirmed(row)).toBeGreaterThan(0)
  await world.running.restart()
  hold.release()
  await untilWhole(row, file, world)
  expect(uploadsIn(world.network.log)).toBe(1)
})

scenario(
  'answer to the finish lost',
  { [iri]: 'see "that must not be repeated"' },
  async ({ world, page, newFile }) => {
    const file = await newFile(size)
    await world.open(page)
    const hold = world.network.holdAt(5.5 * MiB)
    const row = await beginUpload(page, file)
    await untilHeld(hold)
    world.network.loseAnswerTo('POST')
    hold.release()
    await untilWhole(row, file, world)
    expect(uploadsIn(world.network.log)).toBe(1)
  },
)
