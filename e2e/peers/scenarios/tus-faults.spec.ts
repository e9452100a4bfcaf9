import { bytesSentAgain, chunks, uploadsIn } from '../../support/request-log.ts'
import { button, untilHeld, untilStatus } from '../../support/upload-page.ts'
import { beginUpload, untilWhole } from '../judge.ts'
import { expect, MiB, tusOnly, tusScenario } from '../scenario.ts'
import { nothingBreaksOff } from '../world.ts'

const size = 4 * MiB
const part = 2.5 * MiB

tusScenario(
  'pause in mid-chunk: what had arrived is kept',
  { 'django-tus 0.5.0': 'it keeps whole chunks only' },
  async ({ world, page, newFile }) => {
    const file = await newFile(size)
    await world.open(page)
    const hold = world.network.holdAt(part)
    const row = await beginUpload(page, file)
    await untilHeld(hold)
    await button(row, 'Pause').click()
    await untilStatus(row, 'paused')
    hold.release()
    const before = chunks(world.network.log).length
    await button(row, 'Resume').click()
    await untilWhole(row, file, world)
    expect(chunks(world.network.log)[before]?.range?.start).toBeGreaterThan(2 * MiB)
  },
)

tusScenario('answer to the last chunk lost', {}, async ({ world, page, newFile }) => {
  const file = await newFile(size)
  await world.open(page)
  const hold = world.network.holdAt(3.5 * MiB)
  const row = await beginUpload(page, file)
  await untilHeld(hold)
  world.network.loseAnswerTo('PATCH')
  hold.release()
  await untilWhole(row, file, world)
  expect(uploadsIn(world.network.log)).toBe(1)
  expect(bytesSentAgain(world.network.log)).toBe(0)
})

tusScenario('503 when asked for the offset: not begun anew', {}, async ({ world, page, newFile }) => {
  const file = await newFile(size)
  await world.open(page, nothingBreaksOff(world))
  const hold = world.network.holdAt(part)
  const row = await beginUpload(page, file)
  await untilHeld(hold)
  let refused = 0
  await page.route(/\/api\/uploads\/./, (route) => {
    if (route.request().method() !== 'HEAD' || refused === 2) return route.fallback()
    refused += 1
    return route.fulfill({ status: 503 })
  })
  world.network.loseNextAnswer()
  hold.release()
  await untilWhole(row, file, world)
  expect(refused).toBe(2)
  expect(uploadsIn(world.network.log)).toBe(1)
})

tusScenario(
  'a chunk damaged on its way: refused by its checksum',
  tusOnly(['ours, tus'], 'it knows no checksums of chunks'),
  async ({ world, page, newFile }) => {
    const file = await newFile(size)
    await world.open(page, { own: { checksum: 'auto' } })
    world.network.damageAt(part)
    const row = await beginUpload(page, file)
    await untilWhole(row, file, world)
    expect(world.network.log.map(({ status }) => status)).toContain(460)
    expect(uploadsIn(world.network.log)).toBe(1)
  },
)

tusScenario(
  'a chunk damaged on its way: found at the end, begun anew',
  tusOnly(['ours, tus', 'ours, draft'], 'it tells no digest of what it has'),
  async ({ world, page, newFile }) => {
    const file = await newFile(size)
    await world.open(page)
    world.network.damageAt(part)
    const row = await beginUpload(page, file)
    await untilWhole(row, file, world)
    expect(uploadsIn(world.network.log)).toBe(2)
  },
)
