import { chunks, type LoggedRequest, uploadsIn } from '../../support/request-log.ts'
import { button, untilHeld, untilStatus } from '../../support/upload-page.ts'
import { beginUpload, untilWhole } from '../judge.ts'
import { outsiderOf } from '../outside.ts'
import { expect, MiB, tusScenario } from '../scenario.ts'
import { nothingBreaksOff } from '../world.ts'

const size = 4 * MiB
const noUploadUrl = 'the protocol has no such option'
const noDelete = { 'django-tus 0.5.0': 'it knows no DELETE: what it has stays there' }

// The path of the upload that is under way.
const pathIn = (log: readonly LoggedRequest[]): string => log.findLast(({ range }) => range)?.path ?? ''

tusScenario(
  'bytes put there by somebody else: asked, and gone on behind them',
  {},
  async ({ world, page, newFile }) => {
    const file = await newFile(size)
    await world.open(page, nothingBreaksOff(world))
    const outsider = outsiderOf(world)
    const statuses: number[] = []
    await page.route(/\/api\/uploads\/./, async (route) => {
      const { pathname } = new URL(route.request().url())
      const offset = Number(route.request().headers()['upload-offset'])
      if (offset === 2 * MiB && statuses.length === 0)
        statuses.push(await outsider.append(pathname, file, offset, offset + MiB / 2))
      await route.fallback()
    })
    const row = await beginUpload(page, file)
    await untilWhole(row, file, world)
    expect(statuses[0]).toBeLessThan(300)
    // tusd does not wait for the rest of a chunk that it refuses, so that its answer may be lost.
    const starts = chunks(world.network.log).map(({ range }) => range?.start)
    expect(starts).toEqual(expect.arrayContaining([2 * MiB, 2.5 * MiB]))
    expect(chunks(world.network.log).find(({ range }) => range?.start === 2 * MiB)?.status).not.toBe(204)
    expect(uploadsIn(world.network.log)).toBe(1)
  },
)

tusScenario(
  'somebody else is sending to it: taken over',
  { 'django-tus 0.5.0': 'it has no lock' },
  async ({ world, page, newFile }) => {
    const file = await newFile(size)
    await world.open(page)
    const hold = world.network.holdAt(2.5 * MiB)
    const row = await beginUpload(page, file)
    await untilHeld(hold)
    await button(row, 'Pause').click()
    await untilStatus(row, 'paused')
    hold.release()
    const path = pathIn(world.network.log)
    const sender = await outsiderOf(world).hang(path, file)
    await button(row, 'Resume').click()
    await untilWhole(row, file, world)
    sender.destroy()
    expect(uploadsIn(world.network.log)).toBe(1)
  },
)

tusScenario('dropped by somebody else while paused: begun anew', {}, async ({ world, page, newFile }) => {
  const file = await newFile(size)
  await world.open(page)
  const hold = world.network.holdAt(1.5 * MiB)
  const row = await beginUpload(page, file)
  await untilHeld(hold)
  await button(row, 'Pause').click()
  await untilStatus(row, 'paused')
  hold.release()
  await outsiderOf(world).drop(pathIn(world.network.log))
  await button(row, 'Resume').click()
  await untilWhole(row, file, world)
  expect(uploadsIn(world.network.log)).toBe(2)
})

tusScenario('cancel drops what the server has', noDelete, async ({ world, page, newFile }) => {
  const file = await newFile(size)
  await world.open(page)
  const hold = world.network.holdAt(2.5 * MiB)
  const row = await beginUpload(page, file)
  await untilHeld(hold)
  const path = pathIn(world.network.log)
  await button(row, 'Cancel').click()
  hold.release()
  await untilStatus(row, 'cancelled')
  await expect.poll(async () => (await outsiderOf(world).ask(path)).status).toBeGreaterThanOrEqual(404)
})

tusScenario(
  'begun by somebody else, who gives the address',
  { 'tusd 2.10.0, draft': noUploadUrl, 'ours, draft': noUploadUrl },
  async ({ world, page, newFile }) => {
    const file = await newFile(size)
    const outsider = outsiderOf(world)
    const path = await outsider.create(file.size)
    await outsider.append(path, file, 0, MiB / 2)
    await world.open(page, { own: { uploadUrl: path } })
    await untilWhole(await beginUpload(page, file), file, world)
    expect(world.network.log.map(({ method }) => method)).not.toContain('POST')
  },
)
