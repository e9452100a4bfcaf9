import { kill } from 'node:process'
import { makeFile, MiB } from '../support/files.ts'
import { expect, test } from '../support/fixtures.ts'
import { bytesSentAgain, uploadsIn } from '../support/request-log.ts'
import {
  chooseAgain,
  chooseFiles,
  openPage,
  untilHeld,
  untilStatus,
  untilVerified,
  uploadRow,
} from '../support/upload-page.ts'

test.describe('the server', () => {
  test.use({ brokenNetwork: true })

  test('F08 killed and started again in mid-upload, it has all that it confirmed', async ({ page, site, folder }) => {
    const file = await makeFile(folder, 'film.mp4', 64 * MiB)
    await openPage(page)
    const row = uploadRow(page, file)
    const hold = site.network.holdAt(40 * MiB)
    await chooseFiles(page, file)
    await untilHeld(hold)
    await site.server.kill()
    hold.release()
    await untilStatus(row, 'waiting')
    await site.server.start()
    await untilVerified(row, file, site.server)
    expect(bytesSentAgain(site.network.log)).toBe(0)
    expect(uploadsIn(site.network.log)).toBe(1)
  })
})

test('F61 the browser, killed and started again, goes on from what is confirmed', async ({
  openBrowser,
  site,
  folder,
}) => {
  // Over 64 MiB, so that no copy is kept for after the restart.
  const file = await makeFile(folder, 'film.mp4', 65 * MiB)
  const first = await openBrowser()
  await openPage(first.page)
  const hold = site.network.holdAt(40 * MiB)
  await chooseFiles(first.page, file)
  await untilHeld(hold)
  const gone = first.page.context().waitForEvent('close')
  kill(first.process, 'SIGKILL')
  await gone
  hold.release()

  const second = await openBrowser()
  await openPage(second.page)
  const row = uploadRow(second.page, file)
  await untilStatus(row, 'paused')
  await chooseAgain(row, file)
  await untilVerified(row, file, site.server)
  expect(bytesSentAgain(site.network.log)).toBe(0)
  expect(uploadsIn(site.network.log)).toBe(1)
})
