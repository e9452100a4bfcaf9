import { makeFile, MiB } from '../support/files.ts'
import { expect, test } from '../support/fixtures.ts'
import { bytesSentAgain, chunks } from '../support/request-log.ts'
import {
  button,
  chooseFiles,
  confirmed,
  openPage,
  untilHeld,
  untilStatus,
  untilVerified,
  uploadRow,
} from '../support/upload-page.ts'

test('pause stops the sending at once, and resume goes on from what is confirmed', async ({ page, site, folder }) => {
  const file = await makeFile(folder, 'film.mp4', 64 * MiB)
  await openPage(page)
  const row = uploadRow(page, file)
  const hold = site.network.holdAt(30 * MiB)
  await chooseFiles(page, file)
  await untilHeld(hold)
  await button(row, 'Pause').click()
  await untilStatus(row, 'paused')
  const before = await confirmed(row)
  hold.release()
  const requests = chunks(site.network.log)
  await expect.poll(() => requests.every(({ ended }) => ended !== undefined)).toBe(true)
  expect(await confirmed(row)).toBe(before)
  expect(chunks(site.network.log)).toHaveLength(requests.length)

  await button(row, 'Resume').click()
  await untilVerified(row, file, site.server)
  expect(bytesSentAgain(site.network.log)).toBe(0)
})

test('cancel in mid-chunk makes the server drop the upload', async ({ page, site, folder }) => {
  const file = await makeFile(folder, 'film.mp4', 32 * MiB)
  await openPage(page)
  const row = uploadRow(page, file)
  const hold = site.network.holdAt(20 * MiB)
  await chooseFiles(page, file)
  await untilHeld(hold)
  await button(row, 'Cancel').click()
  await untilStatus(row, 'cancelled')
  await expect
    .poll(() => site.network.log.filter(({ method }) => method === 'DELETE').map(({ status }) => status))
    .toEqual([204])
  expect(await site.server.uploads()).toEqual([])
  expect(await site.server.bytesOnDisk()).toBe(0)

  await page.reload()
  await expect(page.getByLabel('Choose files')).toBeVisible()
  await expect(row).toHaveCount(0)
})
