import { bytesSentAgain, uploadsIn } from '../../support/request-log.ts'
import { button, chooseAgain, confirmed, untilHeld, untilStatus, uploadRow } from '../../support/upload-page.ts'
import { beginUpload, untilWhole } from '../judge.ts'
import { expect, MiB, scenario } from '../scenario.ts'

const fork = 'm3hrdadfi fork (double)'
const iri = 'django-chunked-uploads (double)'
const doubles = { [fork]: 'the double is one process', [iri]: 'the double is one process' }

const size = 6 * MiB

scenario('upload', {}, async ({ world, page, newFile }) => {
  const file = await newFile(size)
  await world.open(page)
  await untilWhole(await beginUpload(page, file), file, world)
  expect(bytesSentAgain(world.network.log)).toBe(0)
})

scenario('pause in mid-chunk, resume', {}, async ({ world, page, newFile }) => {
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

scenario('reload in mid-chunk, choose the file again', {}, async ({ world, page, newFile }) => {
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

scenario('answer lost after a chunk was stored', {}, async ({ world, page, newFile }) => {
  const file = await newFile(size)
  await world.open(page)
  const hold = world.network.holdAt(3.5 * MiB)
  const row = await beginUpload(page, file)
  await untilHeld(hold)
  world.network.loseNextAnswer()
  hold.release()
  await untilWhole(row, file, world)
  expect(uploadsIn(world.network.log)).toBe(1)
})

scenario('connection cut in mid-chunk', {}, async ({ world, page, newFile }) => {
  const file = await newFile(size)
  await world.open(page)
  world.network.cutAt(3.5 * MiB)
  const row = await beginUpload(page, file)
  await untilWhole(row, file, world)
  expect(uploadsIn(world.network.log)).toBe(1)
})

scenario('processes of the server killed in mid-chunk', doubles, async ({ world, page, newFile }) => {
  const file = await newFile(size)
  await world.open(page)
  const hold = world.network.holdAt(3.5 * MiB)
  const row = await beginUpload(page, file)
  await untilHeld(hold)
  await world.running.killWorkers?.()
  hold.release()
  await untilWhole(row, file, world)
  expect(uploadsIn(world.network.log)).toBe(1)
})

scenario('server restarted in mid-chunk', {}, async ({ world, page, newFile }) => {
  const file = await newFile(size)
  await world.open(page)
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
